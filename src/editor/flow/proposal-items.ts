import { visible } from '../../base/visible';
import type { CellName, TaskName } from '../../configuration/run';
import { modelKeysOfTasks } from '../../configuration/suits';
import type { Draft } from './draft';
import { engineOf, givenByModel, modelOf, trainingOf } from './draft';
import { engineLabels } from './engine-items';
import type { Field } from './fields';
import { fieldLabel } from './fields';
import { datasetLine } from './reading-items';

/** An entry of a quick pick and what it stands for. */
export interface Choice<T> {
  readonly label: string;
  readonly description?: string;
  readonly detail?: string;
  readonly value: T;
}

const taskLabels: Readonly<Record<TaskName, string>> = {
  language: 'Learn to write this text',
  forecast: 'Forecast a column of this table',
  classify: 'Tell classes apart by these examples',
  translate: 'Learn to translate these pairs',
  speech: 'Learn to write down these recordings',
  frames: 'Predict the next frames of this video',
};

const cellLabels: Readonly<Record<CellName, string>> = {
  rnn: 'RNN (tanh)',
  'rnn-relu': 'RNN (relu)',
  irnn: 'IRNN',
  lstm: 'LSTM',
  'lstm-peephole': 'LSTM with Peepholes',
  'lstm-coupled': 'LSTM with Coupled Gates',
  'lstm-layernorm': 'LSTM with Layer Normalisation',
  gru: 'GRU',
  'gru-reset-before': 'GRU (reset before the product)',
  mgu: 'Minimal Gated Unit',
  'minimal-rnn': 'MinimalRNN',
  ugrnn: 'Update Gate RNN',
  indrnn: 'IndRNN',
  sru: 'SRU',
  'min-gru': 'minGRU',
  'min-lstm': 'minLSTM',
  lem: 'LEM',
  'leaky-integrator': 'Leaky Integrator',
  'echo-state': 'Echo State Network',
  'conv-lstm': 'Convolutional LSTM',
  'conv-gru': 'Convolutional GRU',
};

/** Whether a choice names one of Unroll's own cells. The schema knows it too, and would bring its library into the host. */
export const isBuiltin = (cell: string): cell is CellName => Object.hasOwn(cellLabels, cell);

/** Of a cell of Unroll its label; of a file its name. */
export function cellLabel(cell: string): string {
  return isBuiltin(cell) ? cellLabels[cell] : visible(cell.split(/[\\/:]/).at(-1) ?? cell);
}

const proposed = 'proposed';

/** The task that was found in the file first, then what else it could be. */
export function taskChoices({ report }: Draft): readonly Choice<TaskName>[] {
  return [
    {
      label: taskLabels[report.task],
      description: datasetLine(report),
      detail: sentence(report.why),
      value: report.task,
    },
    ...report.alternatives
      .filter(({ task }) => task !== report.task)
      .map(({ task, why }) => ({ label: taskLabels[task], detail: sentence(why), value: task })),
  ];
}

/** A person's own cell that can be chosen. */
export interface CellFile {
  /** Its path, or its address where it is on no disk. */
  readonly choice: string;
  readonly name: string;
  /** Its folder, as the workspace names it. */
  readonly place: string;
}

/**
 * Cells with the one that Enter takes first: what was chosen, else a cell that is open in an editor, else the setting,
 * else what is proposed.
 */
export function cellChoices(draft: Draft, open: readonly CellFile[]): readonly Choice<string>[] {
  const { cell: wanted } = draft.preferences.model;
  const first = draft.model.cell ?? open[0]?.choice ?? modelOf(draft).cell;
  const list: Choice<string>[] = [
    ...open.map((file) => ({ ...fileChoice(file), description: 'open in an editor' })),
    ...draft.report.proposal.cells.map(({ value, why }, index) => ({
      label: cellLabels[value],
      ...(value === wanted ? { description: 'your setting' } : index === 0 && { description: proposed }),
      detail: sentence(why),
      value,
    })),
  ];
  // A file that neither an editor nor the list of Unroll has: of the setting, or chosen before.
  const others = [draft.model.cell, wanted].filter(
    (choice): choice is string => choice !== undefined && !list.some(({ value }) => value === choice),
  );
  const files = [...new Set(others)].map((choice) => ({
    label: cellLabel(choice),
    description: choice === wanted ? 'your setting' : 'as chosen before',
    detail: visible(choice),
    value: choice,
  }));
  return firstIs([...list.slice(0, open.length), ...files, ...list.slice(open.length)], ({ value }) => value === first);
}

/** Cells of files, each with its folder. */
export function fileChoices(files: readonly CellFile[]): readonly Choice<string>[] {
  return files.map(fileChoice);
}

function fileChoice({ choice, name, place }: CellFile): Choice<string> {
  return { label: visible(name), detail: visible(place), value: choice };
}

export interface SizeChoice {
  readonly units: number;
  readonly layers: number;
}

/** Sizes with the one that Enter takes first; a size from settings or an earlier choice that has no name is added. */
export function sizeChoices(draft: Draft): readonly Choice<SizeChoice>[] {
  const { units, layers } = modelOf(draft);
  const list: Choice<SizeChoice>[] = draft.report.proposal.sizes.map(({ value, why }, index) => ({
    label: `${value.name.charAt(0).toUpperCase()}${value.name.slice(1)}`,
    description: `${sizeText(value)}${index === 0 ? ` · ${proposed}` : ''}`,
    detail: sentence(why),
    value: { units: value.units, layers: value.layers },
  }));
  const isCurrent = ({ value }: Choice<SizeChoice>) => value.units === units && value.layers === layers;
  if (units !== undefined && layers !== undefined && !list.some(isCurrent)) {
    const value = { units, layers };
    return [{ label: 'Your size', description: sizeText(value), detail: 'As set or chosen before', value }, ...list];
  }
  return firstIs(list, isCurrent);
}

export function sizeText({ units, layers }: SizeChoice): string {
  return `${units} units, ${layers} ${layers === 1 ? 'layer' : 'layers'}`;
}

/** What will be trained, in one line. */
export function summary(draft: Draft, fields: readonly Field[]): string {
  const { cell, units = 0, layers = 1 } = modelOf(draft);
  const { backend = 'auto' } = engineOf(draft);
  const value = (key: Field['key']) => valueNow(draft, fields, key);
  return [
    taskLabels[draft.report.task],
    draft.startModel === undefined
      ? `${cell === undefined ? '' : cellLabel(cell)}, ${sizeText({ units, layers })}`
      : `from ${cellLabel(draft.startModel)}`,
    `${value('steps')} steps at rate ${value('learningRate')}`,
    ...(backend === 'auto' ? [] : [engineLabels[backend]]),
  ].join(' · ');
}

/** Every value that can be changed and has a part in the task, with what it is now; the engine has a list of its own. */
export function fieldChoices(draft: Draft, fields: readonly Field[]): readonly Choice<Field>[] {
  const tasksOf: Readonly<Partial<Record<Field['key'], readonly TaskName[]>>> = modelKeysOfTasks;
  const isGiven = ({ key }: Field) => draft.startModel !== undefined && givenByModel.some((given) => given === key);
  const suits = (field: Field) =>
    field.key !== 'backend' && !isGiven(field) && (tasksOf[field.key]?.includes(draft.report.task) ?? true);
  return fields.filter(suits).map((field) => ({
    label: fieldLabel(field),
    description: String(valueNow(draft, fields, field.key)),
    detail: field.description,
    value: field,
  }));
}

export function valueNow(draft: Draft, fields: readonly Field[], key: Field['key']): number | string | undefined {
  const chosen: Readonly<Record<string, unknown>> = { ...modelOf(draft), ...trainingOf(draft), ...engineOf(draft) };
  const value = chosen[key] ?? fields.find((field) => field.key === key)?.default;
  return typeof value === 'number' || typeof value === 'string' ? value : undefined;
}

/** Reasons are written to go on after a name; here each stands for itself. */
function sentence(why: string): string {
  const text = visible(why);
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function firstIs<T>(list: readonly T[], is: (entry: T) => boolean): readonly T[] {
  const first = list.filter(is);
  return [...first, ...list.filter((entry) => !is(entry))];
}
