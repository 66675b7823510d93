import { randomInt } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';

/** Where the runs of a folder of work are kept. */
export const runsFolder = (root: string) => join(root, '.unroll', 'runs');

export const runFile = {
  record: (folder: string) => join(folder, 'run.json'),
  encoding: (folder: string) => join(folder, 'encoding.json'),
  /** The text of the cell that the model is made of. */
  cell: (folder: string) => join(folder, 'model.cell'),
  metrics: (folder: string) => join(folder, 'metrics.jsonl'),
  samples: (folder: string) => join(folder, 'samples.jsonl'),
  probe: (folder: string) => join(folder, 'probe.safetensors'),
  /** A copy of what was trained on, where that was not a file. */
  dataset: (folder: string) => join(folder, 'dataset.txt'),
  checkpoints: (folder: string) => join(folder, 'checkpoint'),
  last: (folder: string) => join(folder, 'checkpoint', 'last.safetensors'),
  best: (folder: string) => join(folder, 'checkpoint', 'best.safetensors'),
};

/**
 * A folder of its own for a new run: `<root>/.unroll/runs/20261124-183154-prices-k3f9`. Its end is drawn at random, since
 * a folder comes into being only when its dataset has been read: until then no other process sees that it is taken.
 */
export async function newRunFolder(root: string, datasetName: string, now = new Date()): Promise<string> {
  const stamp = now.toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-');
  const slug = slugOf(datasetName);
  const taken = new Set((await subfolders(runsFolder(root))).map((entry) => entry.name));
  for (;;) {
    const end = randomInt(36 ** 4)
      .toString(36)
      .padStart(4, '0');
    const id = `${stamp}-${slug}-${end}`;
    if (!taken.has(id)) return join(runsFolder(root), id);
  }
}

/** The name of a dataset's file without its ending, as a part of the name of a folder. */
export function slugOf(datasetName: string): string {
  const stem = basename(datasetName).replace(/\.[^.]*$/, '');
  const words = stem
    .normalize('NFC')
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '');
  return Array.from(words).slice(0, 40).join('') || 'dataset';
}

/** Folders in a folder; none when it is not there. */
export async function subfolders(path: string): Promise<Dirent[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
    throw error;
  });
  return entries.filter((entry) => entry.isDirectory());
}
