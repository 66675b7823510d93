import { duration } from '../../src/base/duration';
import type { RunState } from '../../src/protocol/run';
import { Icon, type IconName } from '../components/icon';
import { Problem } from '../components/problem';
import { count, plural, rate } from '../format';
import type { RunView } from '../model/panel-store';
import { useCall } from '../use-call';
import { visibleLine } from '../visible-text';

type Action = 'pause' | 'unpause' | 'stop' | 'resume';

interface ActionWords {
  readonly label: string;
  readonly title: string;
  readonly icon: IconName;
}

const actionWords: Readonly<Record<Action, ActionWords>> = {
  pause: { label: 'Pause', title: 'Pause training', icon: 'pause' },
  unpause: { label: 'Resume', title: 'Resume training', icon: 'play' },
  stop: { label: 'Stop', title: 'Stop after the current step and keep a checkpoint', icon: 'stop' },
  resume: { label: 'Continue', title: 'Continue training from the last checkpoint', icon: 'continue' },
};

const states: Readonly<Record<RunState, { word: string; icon: IconName; actions: readonly Action[] }>> = {
  running: { word: 'Training', icon: 'play', actions: ['pause', 'stop'] },
  paused: { word: 'Paused', icon: 'pause', actions: ['unpause', 'stop'] },
  finished: { word: 'Finished', icon: 'check', actions: ['resume'] },
  stopped: { word: 'Stopped', icon: 'stop', actions: ['resume'] },
  failed: { word: 'Failed', icon: 'cross', actions: ['resume'] },
  interrupted: { word: 'Interrupted', icon: 'warning', actions: ['resume'] },
};

/** What is trained on what, how far it is, and what can be done about it. */
export function Header({ view }: { readonly view: RunView }) {
  const { busy, error, dismiss, call } = useCall();
  const { run } = view;
  const { model, training } = run.configuration;
  const state = states[run.state];
  const step = stepOf(view);
  const steps = view.progress?.steps ?? training.steps;
  const name = visibleLine(run.name);
  const dataset = visibleLine(run.dataset.name);
  const facts = [
    dataset,
    visibleLine(run.cell ?? model.cell),
    plural(model.units, 'unit'),
    plural(model.layers, 'layer'),
    plural(run.parameters, 'parameter'),
    // The proposed name of a run tells some of it already.
  ].filter((fact) => !name.includes(fact));
  return (
    <header class="header" data-view="header" data-state={run.state} data-step={step}>
      <div class="header-top">
        <div class="header-title">
          <h1 title={name}>{name}</h1>
          <p class="facts">
            {facts.map((fact, i) => (
              <span key={i}>{fact}</span>
            ))}
          </p>
        </div>
        <div class="buttons" role="toolbar" aria-label="Training">
          {state.actions.map((action) => (
            <button
              key={action}
              type="button"
              class={`button ${action === 'resume' || action === 'unpause' ? '' : 'secondary'}`}
              title={actionWords[action].title}
              aria-label={actionWords[action].title}
              disabled={busy}
              data-action={action}
              onClick={() => void call(action, { folder: view.folder })}
            >
              <Icon name={actionWords[action].icon} />
              <span>{actionWords[action].label}</span>
            </button>
          ))}
        </div>
      </div>
      <div
        class="progress"
        role="progressbar"
        aria-label="Training progress"
        aria-valuemin={0}
        aria-valuemax={steps}
        aria-valuenow={step}
      >
        <div class="progress-done" style={{ width: `${steps > 0 ? Math.min(100, (100 * step) / steps) : 0}%` }} />
      </div>
      <p class="status">
        <span class="state">
          <Icon name={state.icon} />
          <span data-state-word>{state.word}</span>
        </span>
        <span>
          step {count(step)} of {count(steps)}
        </span>
        {run.state === 'running' && view.progress ? (
          <>
            <span>{rate(view.progress.stepsPerSecond)} steps/s</span>
            <span>{duration(view.progress.secondsLeft)} left</span>
          </>
        ) : null}
      </p>
      {run.error ? <Problem error={run.error} /> : null}
      {error ? <Problem error={error} onClose={dismiss} /> : null}
    </header>
  );
}

function stepOf({ progress, last, run, metrics }: RunView): number {
  const recorded = metrics.length > 0 ? metrics.column('step')[metrics.length - 1] : undefined;
  return Math.max(progress?.step ?? 0, last?.step ?? 0, run.result?.step ?? 0, recorded ?? 0);
}
