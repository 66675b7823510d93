import { UserError } from '../base/user-error';
import { visible } from '../base/visible';
import { builtinCell } from '../cells/builtin';
import { isConvolutional } from '../cells/expression';
import {
  modelSchema,
  type Reading,
  type RunChoices,
  type RunConfiguration,
  readingSchema,
  runConfigurationSchema,
  type TaskName,
  trainingSchema,
} from '../configuration/run';
import { modelKeysOfTasks } from '../configuration/suits';
import { type DatasetFile, filesOfLines, isManifest, openDataset } from '../data';
import type { ModelSpec } from '../models/parameters';
import type { DatasetReport, DatasetSource } from '../protocol/dataset';
import { type ClassifyEncoding, classify } from './classify/classify';
import { type Detection, detectTask } from './detect';
import { type ForecastEncoding, forecast } from './forecast/forecast';
import { type FramesEncoding, frames } from './frames/frames';
import { type LanguageEncoding, language } from './language/language';
import { propose } from './propose';
import { type SpeechEncoding, speech } from './speech/speech';
import type { ModelChoice, Prepared, Task } from './task';
import { type TranslateEncoding, translate } from './translate/translate';

export type Encoding =
  | LanguageEncoding
  | ForecastEncoding
  | ClassifyEncoding
  | TranslateEncoding
  | SpeechEncoding
  | FramesEncoding;

/** A dataset read by the task that suits it. */
export interface ReadDataset {
  readonly task: Task<Encoding>;
  readonly prepared: Prepared<Encoding>;
  readonly report: DatasetReport;
}

const tasks: { readonly [N in TaskName]: Task<Extract<Encoding, { task: N }>> } = {
  language,
  forecast,
  classify,
  translate,
  speech,
  frames,
};

/** The task of an encoding or of a name. */
export function taskOf(name: TaskName): Task<Encoding> {
  // Each task is given back only the encodings that it made.
  return tasks[name] as unknown as Task<Encoding>;
}

/**
 * Opens a dataset, finds the task that suits it, and makes it ready for training.
 *
 * @throws UserError when it cannot be read, or not for this task
 */
export async function readDataset(
  source: DatasetSource,
  choices: Pick<RunChoices, 'reading' | 'training' | 'model'>,
): Promise<ReadDataset> {
  const reading: Reading = readingSchema.parse(choices.reading ?? {});
  const { validationShare, testShare } = trainingSchema.parse(choices.training ?? {});
  const file = await openDataset(source);
  const detection = await withFilesBeside(file, reading, detectTask(file, reading));
  const task = taskOf(detection.task);
  const prepared = await task.prepare(file, reading, { validationShare, testShare });
  const proposal = propose(prepared.report, ({ units, layers }) =>
    modelOf(prepared.encoding, {
      ...modelSchema.parse(choices.model ?? {}),
      ...{ cell: builtinCell(detection.task === 'frames' ? 'conv-lstm' : 'lstm'), units, layers },
    }),
  );
  const warnings = [...prepared.report.warnings, ...unused(choices.model ?? {}, detection.task)];
  if (testShare > 0 && prepared.test === undefined)
    warnings.push(`The task ${detection.task} keeps no test part: --test-share has no use there.`);
  return { task, prepared, report: { ...detection, ...prepared.report, warnings, proposal } };
}

/**
 * The model of a task with a cell.
 *
 * @throws UserError when the cell reads pixels and there are none
 */
export function modelOf(encoding: Encoding, choice: ModelChoice): ModelSpec {
  const { task } = encoding;
  if (isConvolutional(choice.cell) && task !== 'frames') {
    throw new UserError({
      what: `The cell ${choice.cell.name} has a convolution, conv(…), which reads the pixels around each one, and the task ${task} has no pixels`,
      where: 'cell',
      wayOut:
        'Choose another cell, such as lstm, or write linear(…) in its place. The frames of a video can be learned with it.',
    });
  }
  return taskOf(task).spec(encoding, choice);
}

/** What files beside it make of a file: recordings that it names, or another half of a translation. */
async function withFilesBeside(file: DatasetFile, reading: Reading, detection: Detection): Promise<Detection> {
  if (reading.task !== 'auto') return detection;
  if (reading.pair !== undefined)
    return { task: 'translate', why: 'a second file is named', ambiguous: false, alternatives: [] };
  if (!file.entries && isManifest(file))
    return {
      task: 'speech',
      why: 'it names recordings that are there',
      ambiguous: false,
      alternatives: [{ task: detection.task, why: detection.why }, ...detection.alternatives],
    };
  const [other] = detection.task === 'language' ? await filesOfLines(file) : [];
  if (other === undefined) return detection;
  const why = `translate its lines into those of ${visible(other.split(/[\\/]/).at(-1) ?? '')}`;
  return { ...detection, ambiguous: true, alternatives: [{ task: 'translate', why }, ...detection.alternatives] };
}

/** Choices for which the task has no use. */
function unused(model: NonNullable<RunChoices['model']>, task: TaskName): string[] {
  const usual = modelSchema.parse({});
  return Object.entries(modelKeysOfTasks).flatMap(([name, those]) => {
    const key = name as keyof typeof modelKeysOfTasks;
    const isUnused = !those.includes(task) && model[key] !== undefined && model[key] !== usual[key];
    return isUnused ? [`The ${key} has no part in the task ${task} (only in ${those.join(' and ')}).`] : [];
  });
}

/** Whole configuration of a run: what was chosen, else what is proposed for the dataset, else the defaults. */
export function resolveConfiguration(choices: RunChoices, { proposal, reading }: DatasetReport): RunConfiguration {
  const [cell] = proposal.cells;
  const [size] = proposal.sizes;
  return runConfigurationSchema.parse({
    reading,
    model: { cell: cell?.value, units: size?.value.units, layers: size?.value.layers, ...choices.model },
    training: { ...proposal.training, ...choices.training },
    engine: { ...choices.engine },
  });
}
