import type { ComponentChildren } from 'preact';
import { usePersistedState } from '../persisted-state';
import { Icon } from './icon';

interface SectionProps {
  /** Name of the view, as tests and styles find it. */
  readonly view: 'loss' | 'gates' | 'samples';
  readonly title: string;
  /** Shown at the right of the title while the section is open. */
  readonly tools?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** A view that can be folded away, and stays as it was left. */
export function Section({ view, title, tools, children }: SectionProps) {
  const [open, setOpen] = usePersistedState('settings', `open.${view}`, true);
  const id = `body-${view}`;
  return (
    <section class="section" data-view={view} aria-label={title}>
      <div class="section-header">
        <h2>
          <button type="button" class="fold" aria-expanded={open} aria-controls={id} onClick={() => setOpen(!open)}>
            <Icon name="chevron" />
            {title}
          </button>
        </h2>
        {open && tools ? (
          <div class="tools" role="toolbar" aria-label={`${title}: display`}>
            {tools}
          </div>
        ) : null}
      </div>
      <div id={id} class="section-body" hidden={!open}>
        {open ? children : null}
      </div>
    </section>
  );
}

interface ToggleProps {
  readonly label: string;
  readonly title: string;
  readonly on: boolean;
  readonly onToggle: (on: boolean) => void;
}

export function Toggle({ label, title, on, onToggle }: ToggleProps) {
  return (
    <button type="button" class="toggle" aria-pressed={on} title={title} onClick={() => onToggle(!on)}>
      {label}
    </button>
  );
}
