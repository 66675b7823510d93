import type { ComponentChildren } from 'preact';
import type { UserErrorData } from '../../src/protocol/errors';
import { Problem } from '../components/problem';
import { useCall } from '../use-call';

type Command = 'unroll.train' | 'unroll.openExample' | 'unroll.openRun';

const commands: Readonly<Record<Command, { label: string; title: string }>> = {
  'unroll.train': { label: 'Train on This File', title: 'Train a network on the file in the editor' },
  'unroll.openExample': { label: 'Open an Example', title: 'Open a small dataset that comes with Unroll' },
  'unroll.openRun': { label: 'Open a Run', title: 'Show one of the runs of this workspace' },
};

/** What to do while there is no run to show. */
export function Empty() {
  return (
    <div class="empty" data-view="empty">
      <h1>Watch a network learn your file</h1>
      <p>
        Open a text or a table in the editor and train on it. Its loss, its gates and its samples appear here, live.
      </p>
      <CommandButtons commands={['unroll.train', 'unroll.openExample', 'unroll.openRun']} />
    </div>
  );
}

/** The run that was shown is no more. */
export function Gone({ error }: { readonly error: UserErrorData }) {
  return (
    <div class="empty" data-view="gone">
      <Problem error={error}>
        <CommandButtons commands={['unroll.openRun', 'unroll.train']} />
      </Problem>
    </div>
  );
}

/** The host did not say which run to show. */
export function Unreachable({ error, onRetry }: { readonly error: UserErrorData; readonly onRetry: () => void }) {
  return (
    <div class="empty" data-view="unreachable">
      <Problem error={error}>
        <CommandButtons commands={['unroll.openRun']}>
          <button type="button" class="button" onClick={onRetry}>
            Try Again
          </button>
        </CommandButtons>
      </Problem>
    </div>
  );
}

interface CommandButtonsProps {
  readonly commands: readonly Command[];
  /** Comes first, and is then the proposed way. */
  readonly children?: ComponentChildren;
}

function CommandButtons({ commands: names, children }: CommandButtonsProps) {
  const { busy, error, dismiss, call } = useCall();
  return (
    <>
      <div class="buttons">
        {children}
        {names.map((command, i) => (
          <button
            key={command}
            type="button"
            class={`button ${i === 0 && !children ? '' : 'secondary'}`}
            title={commands[command].title}
            disabled={busy}
            data-command={command}
            onClick={() => void call('command', { command })}
          >
            {commands[command].label}
          </button>
        ))}
      </div>
      {error ? <Problem error={error} onClose={dismiss} /> : null}
    </>
  );
}
