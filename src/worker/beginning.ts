import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import manifest from '../../package.json';
import { UserError } from '../base/user-error';
import type { Cell } from '../cells/expression';
import { engineSchema, type RunChoices, type RunConfiguration } from '../configuration/run';
import { engineVersion } from '../engine/tensors';
import { layerCellOf, standardLayers } from '../interchange/layers/cells';
import { checkFit, contradiction, modelChoices } from '../interchange/layers/fit';
import { placed } from '../interchange/layers/place';
import type { ReadModel } from '../interchange/layers/read';
import { countParameters } from '../models/parameters';
import type { Checkpoint } from '../protocol/checkpoint';
import type { EngineReport, MetricsPoint, RunRecord } from '../protocol/run';
import type { Argument, WorkerCalls, WorkerEvents } from '../protocol/worker';
import { freeName, RunWriter, readRecord, runFile } from '../runs';
import { modelOf, type ReadDataset, readDataset, resolveConfiguration } from '../tasks';
import { Training } from '../training/training';
import { breathe } from './breathe';
import { cellOfRun, chosenCell, type TextCell } from './cell';
import { startEngine } from './engine';
import { givenModel } from './given-model';

export type Emit = <N extends keyof WorkerEvents>(name: N, value: WorkerEvents[N]) => void;

/** A run whose steps can be taken. */
export interface Begun {
  readonly dataset: ReadDataset;
  readonly training: Training;
  readonly writer: RunWriter;
  /** Step from which patience counts, at the earliest. */
  readonly patientSince: number;
  /** What the validation of the best weights found, where there was one. */
  readonly best: MetricsPoint | undefined;
}

/** Reads the dataset and begins a run. Throws a UserError, with nothing written, when either cannot be done. */
export async function beginRun(request: Argument<WorkerCalls, 'train'>, emit: Emit): Promise<Begun> {
  const { source, choices, folder, name } = request;
  const isCellChosen = choices.model?.cell !== undefined || request.cell !== undefined;
  // What is chosen and wrong is told before anything is read.
  const asked = isCellChosen ? await chosenCell(choices.model?.cell, request.cell) : undefined;
  const given = request.model === undefined ? undefined : await chosenModel(request.model, choices, asked);
  const chosen = given?.cell ?? asked;
  // The engine's threads start while the dataset is read.
  const [engine, read] = await Promise.all([
    startEngine(engineSchema.parse(choices.engine ?? {})),
    readDataset(source, choices),
  ]);
  const dataset = withEngineNote(read, engine);
  emit('dataset', dataset.report);
  const configuration = resolveConfiguration(given?.choices ?? choices, dataset.report);
  const { cell, text: cellText } = chosen ?? (await chosenCell(configuration.model.cell));
  const training = trainingOf(dataset, configuration, cell, { given: given?.model });
  const { proposal: _, ...kept } = dataset.report;
  const fewer = training.batchSize < configuration.training.batchSize;
  const record: RunRecord = {
    formatVersion: 1,
    id: basename(folder),
    name: name ?? (await freeName(folder, `${cell.name} on ${dataset.report.name}`)),
    createdAt: new Date().toISOString(),
    state: 'running',
    configuration,
    cell: cell.name,
    dataset: {
      ...kept,
      warnings: fewer
        ? [
            ...kept.warnings,
            ...training.warnings,
            `The training part is short: ${training.batchSize} sequences at once instead of ${configuration.training.batchSize}.`,
          ]
        : [...kept.warnings, ...training.warnings],
    },
    versions: { unroll: manifest.version, tfjs: engineVersion, node: process.versions.node },
    engine,
    parameters: countParameters(training.model.spec),
    ...(given && { startedFrom: { path: given.model.file, generatedBy: given.model.generatedBy } }),
  };
  const writer = await RunWriter.create(folder, record, {
    encoding: dataset.prepared.encoding,
    cell: cellText,
    checkpoint: await training.snapshot(),
    text: source.kind === 'text' ? source.text : undefined,
  });
  return { dataset, training, writer, patientSince: 0, best: undefined };
}

/** Goes on from the last checkpoint. Throws a UserError when the dataset is gone or another one. */
export async function resumeRun(
  { folder, steps, engine: other = {} }: Argument<WorkerCalls, 'resume'>,
  emit: Emit,
): Promise<Begun> {
  const record = await readRecord(folder);
  const cell = await cellOfRun(folder, record);
  const saved = record.configuration;
  const configuration = {
    ...saved,
    engine: engineSchema.parse({ ...saved.engine, ...other }),
    training: steps === undefined ? saved.training : { ...saved.training, steps },
  };
  const [engine, dataset] = await Promise.all([
    startEngine(configuration.engine, record.engine.variant),
    readDataset({ kind: 'file', path: datasetPath(folder, record) }, configuration),
  ]);
  if (dataset.report.fingerprint.sha256 !== record.dataset.fingerprint.sha256) {
    throw new UserError({
      what: `${record.dataset.name} has changed since the run began, so it cannot go on with the same data`,
      where: record.dataset.path,
      wayOut: 'Restore the file as it was, or train anew on the changed one.',
    });
  }
  emit('dataset', dataset.report);
  const { writer, checkpoint, metrics } = await RunWriter.reopen(folder);
  try {
    if (steps !== undefined && steps <= (checkpoint?.position.step ?? 0)) {
      throw new UserError({
        what: `The run has done ${checkpoint?.position.step} steps already, so ${steps} is no new total`,
        where: folder,
        wayOut: 'Give a greater total of steps.',
      });
    }
    const training = trainingOf(dataset, configuration, cell, { checkpoint });
    const { step, bestStep } = training.position;
    emit('run', await writer.update({ state: 'running', configuration, engine }));
    return {
      ...{ dataset, training, writer },
      // Who asks for more steps wants them, however long the last ones brought nothing.
      patientSince: steps === undefined ? 0 : step,
      best: metrics.find((point) => point.step === bestStep),
    };
  } catch (error) {
    await writer.close();
    throw error;
  }
}

/** The model whose weights a run begins with, its cell, and the choices with what follows from both. */
async function chosenModel(path: string, choices: RunChoices, asked: TextCell | undefined) {
  const model = await givenModel(path);
  const known = asked && layerCellOf(asked.cell);
  // irnn and rnn-relu differ in how they are drawn alone.
  if (asked && (!known || standardLayers[known] !== standardLayers[model.cell]))
    throw contradiction(model, 'cell', asked.cell.name, model.cell);
  const own = modelChoices(model, choices.model ?? {});
  return {
    model,
    cell: asked ?? (await chosenCell(model.cell)),
    choices: { ...choices, model: { ...choices.model, ...own, cell: choices.model?.cell ?? model.cell } },
  };
}

function trainingOf(
  { task, prepared, report }: ReadDataset,
  configuration: RunConfiguration,
  cell: Cell,
  { checkpoint, given }: { readonly checkpoint?: Checkpoint | undefined; readonly given?: ReadModel | undefined },
): Training {
  const spec = modelOf(prepared.encoding, { ...configuration.model, cell });
  if (given) checkFit(given, spec, prepared.encoding, report.name);
  const weights = given && placed(given, spec);
  const { loss = task.loss } = prepared;
  return new Training(
    { task: { loss }, prepared, spec, weights, configuration, now: () => performance.now(), breathe },
    checkpoint,
  );
}

/** A slow engine is told where all that one should know is told. What only could be faster stands in the run's record. */
function withEngineNote(dataset: ReadDataset, { backend, note }: EngineReport): ReadDataset {
  if (backend !== 'cpu' || note === undefined) return dataset;
  const warnings = [...dataset.report.warnings, `The fast engine does not work here: ${note}.`];
  return { ...dataset, report: { ...dataset.report, warnings } };
}

function datasetPath(folder: string, { dataset }: RunRecord): string {
  const copy = runFile.dataset(folder);
  return existsSync(copy) ? copy : (dataset.path ?? copy);
}
