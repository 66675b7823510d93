import { mkdir, readFile } from 'node:fs/promises';
import { UserError } from '../base/user-error';
import type { Checkpoint, NamedArrays, TrainingPosition } from '../protocol/checkpoint';
import { explained, writeWhole } from './files';
import { runFile } from './folder';
import { decodeSafetensors, encodeSafetensors, type TensorFile } from './safetensors';

const prefixes = { firstMoments: 'adam.first.', secondMoments: 'adam.second.', state: 'state.' } as const;

export async function writeCheckpoint(folder: string, checkpoint: Checkpoint): Promise<void> {
  const tensors = new Map(checkpoint.weights);
  for (const [group, prefix] of Object.entries(prefixes)) {
    for (const [name, tensor] of checkpoint[group as keyof typeof prefixes]) tensors.set(prefix + name, tensor);
  }
  const metadata = { position: JSON.stringify(checkpoint.position) };
  await makeCheckpointFolder(folder);
  await writeWhole(runFile.last(folder), encodeSafetensors({ tensors, metadata }));
}

/** The weights with the lowest validation loss so far. */
export async function writeBest(folder: string, weights: NamedArrays, step: number): Promise<void> {
  await makeCheckpointFolder(folder);
  await writeWhole(runFile.best(folder), encodeSafetensors({ tensors: weights, metadata: { step: String(step) } }));
}

/** Not the run's folder with it: one that was deleted meanwhile stays so. */
async function makeCheckpointFolder(folder: string): Promise<void> {
  await explained(folder, () =>
    mkdir(runFile.checkpoints(folder)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    }),
  );
}

/** Undefined when the run has none yet. Throws a UserError when it is damaged. */
export async function readCheckpoint(folder: string): Promise<Checkpoint | undefined> {
  return readTensors(runFile.last(folder), checkpointOf);
}

function checkpointOf(file: TensorFile): Checkpoint {
  const group = (prefix: string): NamedArrays =>
    new Map(
      [...file.tensors]
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, tensor]) => [name.slice(prefix.length), tensor]),
    );
  const isWeight = (name: string) => !Object.values(prefixes).some((prefix) => name.startsWith(prefix));
  return {
    weights: new Map([...file.tensors].filter(([name]) => isWeight(name))),
    firstMoments: group(prefixes.firstMoments),
    secondMoments: group(prefixes.secondMoments),
    state: group(prefixes.state),
    position: positionOf(file),
  };
}

function positionOf({ metadata }: TensorFile): TrainingPosition {
  if (metadata.position === undefined) throw new Error('it does not say at which step it was written');
  return JSON.parse(metadata.position) as TrainingPosition;
}

/** Weights to predict with: the best ones, else the last. Undefined when the run has none yet. */
export async function readBest(
  folder: string,
): Promise<{ readonly weights: NamedArrays; readonly step: number } | undefined> {
  const best = await readTensors(runFile.best(folder), ({ tensors, metadata }) => ({
    weights: tensors,
    step: Number(metadata.step),
  }));
  if (best) return best;
  const last = await readCheckpoint(folder);
  return last && { weights: last.weights, step: last.position.step };
}

/** What a file of tensors holds; undefined when it is not there. */
async function readTensors<T>(path: string, understand: (file: TensorFile) => T): Promise<T | undefined> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!bytes) return undefined;
  try {
    return understand(decodeSafetensors(bytes));
  } catch (error) {
    throw new UserError({
      what: `The checkpoint cannot be read: ${error instanceof Error ? error.message : error}`,
      where: path,
      wayOut: 'Restore the file from a backup, or train again.',
    });
  }
}
