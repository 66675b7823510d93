import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';

/** Where the runs of a folder of work are kept. */
export const runsFolder = (root: string) => join(root, '.unroll', 'runs');

export const runFile = {
  record: (folder: string) => join(folder, 'run.json'),
  encoding: (folder: string) => join(folder, 'encoding.json'),
  metrics: (folder: string) => join(folder, 'metrics.jsonl'),
  samples: (folder: string) => join(folder, 'samples.jsonl'),
  probe: (folder: string) => join(folder, 'probe.safetensors'),
  /** A copy of what was trained on, where that was not a file. */
  dataset: (folder: string) => join(folder, 'dataset.txt'),
  checkpoints: (folder: string) => join(folder, 'checkpoint'),
  last: (folder: string) => join(folder, 'checkpoint', 'last.safetensors'),
  best: (folder: string) => join(folder, 'checkpoint', 'best.safetensors'),
};

/** Names given out by this process: a folder comes into being only when its dataset has been read. */
const givenOut = new Set<string>();

/** A folder of its own for a new run: `<root>/.unroll/runs/20261124-183154-prices`, with a number added if it is taken. */
export async function newRunFolder(root: string, datasetName: string, now = new Date()): Promise<string> {
  const stamp = now.toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-');
  const stem = basename(datasetName).replace(/\.[^.]*$/, '');
  const slug =
    stem
      .normalize('NFC')
      .replace(/[^\p{L}\p{N}]+/gu, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 40) || 'dataset';
  const taken = new Set((await subfolders(runsFolder(root))).map((entry) => entry.name));
  const id = `${stamp}-${slug}`;
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? id : `${id}-${number}`;
    const folder = join(runsFolder(root), candidate);
    if (taken.has(candidate) || givenOut.has(folder)) continue;
    givenOut.add(folder);
    return folder;
  }
}

/** Folders in a folder; none when it is not there. */
export async function subfolders(path: string): Promise<Dirent[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
    throw error;
  });
  return entries.filter((entry) => entry.isDirectory());
}
