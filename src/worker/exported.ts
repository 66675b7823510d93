import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import manifest from '../../package.json';
import { UserError } from '../base/user-error';
import { excerpt, visible } from '../base/visible';
import { generator, weightsFile, writeLayers } from '../interchange/layers/write';
import { makeFolders, replaceFolder, writeSynced } from '../runs';
import { trainedRun } from './trained';

const modelFile = 'model.json';

/**
 * Writes the best weights of a run in TF.js' layers format: a folder that comes into being whole, or in place of one that
 * was written so before.
 *
 * @throws UserError when the model cannot be expressed in it, or the folder not written
 */
export async function exportModel({ folder, out }: { readonly folder: string; readonly out: string }) {
  const { spec, weights, encoding } = await trainedRun(folder);
  const { json, weights: data } = writeLayers(spec, weights, encoding, manifest.version);
  const text = Buffer.from(JSON.stringify(json));
  try {
    await checkPlace(out);
    await makeFolders(dirname(out));
    const id = randomUUID().slice(0, 8);
    const beside = (word: string) => join(dirname(out), `.${basename(out)}.${id}.${word}`);
    const fresh = beside('new');
    try {
      await mkdir(fresh);
      await writeSynced(join(fresh, weightsFile), data);
      await writeSynced(join(fresh, modelFile), text);
      await replaceFolder(out, fresh, beside('old'));
    } finally {
      await rm(fresh, { recursive: true, force: true });
    }
  } catch (error) {
    if (error instanceof UserError || !(error instanceof Error && 'code' in error)) throw error;
    throw new UserError({
      what: `The model cannot be written (${excerpt(String(error.code))})`,
      where: visible(out),
      wayOut: 'Choose another folder (--out DIR).',
    });
  }
  return { path: join(out, modelFile), bytes: text.length + data.length };
}

/** Throws a UserError where the folder is there and holds anything but what was written so before. */
async function checkPlace(out: string): Promise<void> {
  const found = await readdir(out).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!found || found.length === 0) return;
  const isOurs = found.every((name) => [modelFile, weightsFile].includes(name)) && (await isGenerated(out));
  if (isOurs) return;
  throw new UserError({
    what: 'The folder holds something else already',
    where: visible(out),
    wayOut: 'Choose a new folder (--out DIR), so that nothing in this one is lost.',
  });
}

async function isGenerated(folder: string): Promise<boolean> {
  try {
    const { generatedBy } = JSON.parse(await readFile(join(folder, modelFile), 'utf8'));
    return String(generatedBy).startsWith(generator);
  } catch {
    return false;
  }
}
