import type { ComponentChildren } from 'preact';
import type { UserErrorData } from '../../src/protocol/errors';
import { visibleLine } from '../visible-text';
import { Icon } from './icon';

interface ProblemProps {
  readonly error: UserErrorData;
  readonly onClose?: (() => void) | undefined;
  /** Buttons of the way out. */
  readonly children?: ComponentChildren;
}

/** What is wrong, where, and what to do about it. */
export function Problem({ error, onClose, children }: ProblemProps) {
  return (
    <div class="problem" role="alert" data-problem>
      <Icon name="warning" />
      <div class="problem-text">
        <p class="problem-what">{visibleLine(error.what)}.</p>
        {error.where ? <p class="problem-where">{visibleLine(error.where)}</p> : null}
        <p>{visibleLine(error.wayOut)}</p>
        {children}
      </div>
      {onClose ? (
        <button type="button" class="icon-button" aria-label="Dismiss" title="Dismiss" onClick={onClose}>
          <Icon name="cross" />
        </button>
      ) : null}
    </div>
  );
}
