import { randomFromSeed } from '../base/random';
import { UserError } from '../base/user-error';
import { Model } from '../models/model';
import { probeModel } from '../probes/probe';
import type { Probe, RunRecord, Sample, SampleRequest } from '../protocol/run';
import { readBest, readEncoding, readRecord } from '../runs';
import { type Encoding, modelOf, taskOf } from '../tasks';
import { breathe } from './breathe';
import { cellOfRun } from './cell';

/** A sample from the best weights of a run that is not in training. */
export function sampleRun(folder: string, request: SampleRequest): Promise<Sample> {
  return withModel(folder, ({ model, encoding, record, step }) =>
    taskOf(encoding.task).sample(model, encoding, request, {
      step,
      seed: record.configuration.training.seed,
      random: randomFromSeed,
      breathe,
    }),
  );
}

/** Gates and states of the best weights of a run that is not in training. */
export function probeRun(folder: string, input: string | undefined): Promise<Probe> {
  return withModel(folder, async ({ model, encoding, step }) =>
    probeModel(model, await taskOf(encoding.task).probeInput(encoding, input), step),
  );
}

interface Trained {
  readonly model: Model;
  readonly encoding: Encoding;
  readonly record: RunRecord;
  readonly step: number;
}

async function withModel<T>(folder: string, use: (trained: Trained) => Promise<T>): Promise<T> {
  const { spec, weights, ...rest } = await trainedRun(folder);
  const model = Model.fromArrays(spec, weights);
  try {
    return await use({ model, ...rest });
  } finally {
    model.dispose();
  }
}

/** The best weights of a run, with what is needed to use them. Throws a UserError when it has none. */
export async function trainedRun(folder: string) {
  const record = await readRecord(folder);
  const encoding = (await readEncoding(folder)) as Encoding;
  const best = await readBest(folder);
  if (!best) {
    throw new UserError({
      what: 'The run has no checkpoint yet',
      where: folder,
      wayOut: 'Continue the training until its first checkpoint.',
    });
  }
  const cell = await cellOfRun(folder, record);
  const spec = modelOf(encoding, { ...record.configuration.model, cell });
  return { spec, weights: best.weights, encoding, record, step: best.step };
}
