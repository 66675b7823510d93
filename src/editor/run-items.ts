import type { EngineReport, RunState } from '../protocol/run';
import { lossText, modelText, progressOf, progressText } from './progress-text';
import type { RunEntry } from './run-list';

/** Icon and colour of a run's state: codicon and theme colour ids. */
export const stateIcons: Readonly<Record<RunState, readonly [icon: string, colour: string | undefined]>> = {
  running: ['pulse', 'charts.blue'],
  paused: ['debug-pause', 'charts.blue'],
  finished: ['pass', 'charts.green'],
  stopped: ['circle-slash', 'descriptionForeground'],
  failed: ['error', 'charts.red'],
  interrupted: ['debug-disconnect', 'charts.yellow'],
};

/** "lstm 64 · 1.432": the validation loss where there is one. */
export function describe({ record, last }: RunEntry): string {
  const loss = lossText(last?.validationLoss ?? record.result?.validationLoss ?? last?.loss ?? record.result?.loss);
  return [modelText(record), ...(loss === undefined ? [] : [loss])].join(' · ');
}

/** What the tooltip says, a name and a value a line. */
export function details(entry: RunEntry): readonly (readonly [name: string, value: string])[] {
  const { record, last, here } = entry;
  const { configuration, dataset, result } = record;
  const { training, model } = configuration;
  const step = last?.step ?? result?.step ?? 0;
  const rows: (readonly [string, string | undefined])[] = [
    [
      'State',
      here && last
        ? `${record.state}, ${progressText(progressOf(last, training.steps))}`
        : `${record.state} at step ${step} of ${training.steps}`,
    ],
    ['Dataset', dataset.name],
    ['Task', configuration.reading.task === 'auto' ? dataset.task : configuration.reading.task],
    ['Model', `${modelText(record)}, ${record.parameters.toLocaleString('en')} parameters`],
    ['Dropout', model.dropout > 0 ? String(model.dropout) : undefined],
    ['Learning rate', String(training.learningRate)],
    ['Training loss', lossText(last?.loss ?? result?.loss)],
    ['Validation loss', lossText(last?.validationLoss ?? result?.validationLoss)],
    [
      'Best',
      result?.bestValidationLoss === undefined
        ? undefined
        : `${lossText(result.bestValidationLoss)} at step ${result.bestStep}`,
    ],
    ['Began with', record.startedFrom && `the weights of ${record.startedFrom.path}`],
    ['Engine', engineText(record.engine)],
    ['Started', new Date(record.createdAt).toLocaleString()],
    ['Error', record.error?.what],
  ];
  return rows.filter((row): row is readonly [string, string] => row[1] !== undefined);
}

/** "TensorFlow 2.21.0, 2 threads". */
function engineText({ backend, variant, threads }: EngineReport): string {
  const names: Readonly<Record<string, string>> = {
    wasm: 'WebAssembly',
    tensorflow: 'TensorFlow',
    cpu: 'TF.js in JavaScript',
  };
  return `${[names[backend] ?? backend, variant].filter(Boolean).join(' ')}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
}
