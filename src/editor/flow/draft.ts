import type {
  EngineConfiguration,
  ModelConfiguration,
  Reading,
  RunChoices,
  TrainingConfiguration,
} from '../../configuration/run';
import type { DatasetReport, DatasetSource } from '../../protocol/dataset';

/** What the person set in the settings, on top of which a proposal stands back. */
export interface Preferences {
  readonly model: Partial<ModelConfiguration>;
  readonly training: Partial<TrainingConfiguration>;
  readonly engine: Partial<EngineConfiguration>;
}

/** A training as far as it is chosen: the proposal, and what the person changed. */
export interface Draft {
  readonly source: DatasetSource;
  readonly report: DatasetReport;
  readonly reading: Partial<Reading>;
  readonly preferences: Preferences;
  readonly model: Partial<ModelConfiguration>;
  readonly training: Partial<TrainingConfiguration>;
  readonly engine: Partial<EngineConfiguration>;
  /** Path of a model in TF.js' layers format, whose weights the training begins with. */
  readonly startModel?: string | undefined;
}

/** What a model that a training begins with says itself. */
export const givenByModel: readonly (keyof ModelConfiguration)[] = [
  'cell',
  'units',
  'layers',
  'direction',
  'pooling',
  'embeddingSize',
];

/** The model that would be trained: proposal, then settings, then choices. */
export function modelOf({ report, preferences, model, startModel }: Draft): Partial<ModelConfiguration> {
  if (startModel !== undefined) {
    const entries = Object.entries({ ...preferences.model, ...model });
    return Object.fromEntries(entries.filter(([key]) => !givenByModel.some((given) => given === key)));
  }
  const { cells, sizes } = report.proposal;
  const [cell, size] = [cells[0]?.value, sizes[0]?.value];
  return {
    ...(cell && { cell }),
    ...(size && { units: size.units, layers: size.layers }),
    ...preferences.model,
    ...model,
  };
}

export function trainingOf({ report, preferences, training }: Draft): Partial<TrainingConfiguration> {
  return { ...report.proposal.training, ...preferences.training, ...training };
}

export function engineOf({ preferences, engine }: Draft): Partial<EngineConfiguration> {
  return { ...preferences.engine, ...engine };
}

/** The choices that a worker trains with; what was found in the file is found again. */
export function choicesOf(draft: Draft): RunChoices {
  return {
    reading: { ...draft.reading, task: draft.report.task },
    model: modelOf(draft),
    training: trainingOf(draft),
    engine: engineOf(draft),
  };
}
