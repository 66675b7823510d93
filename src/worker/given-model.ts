import { readFile, stat } from 'node:fs/promises';
import { dirname, join, normalize, sep } from 'node:path';
import { UserError } from '../base/user-error';
import { excerpt, visible } from '../base/visible';
import { type ReadModel, readLayers } from '../interchange/layers/read';

/** A topology of thousands of layers is no larger; what a vocabulary adds is far less. */
const mostBytesOfJson = 256 * 2 ** 20;

/**
 * Reads the model that a training is told to begin with.
 *
 * @param path of a `model.json` in TF.js' layers format; its weights lie beside it
 * @throws UserError when a file is missing, too short, or says something that Unroll has no model for
 */
export async function givenModel(path: string): Promise<ReadModel> {
  const size = await sizeOf(path);
  if (size > mostBytesOfJson)
    throw refuse(path, `It has ${size} bytes, and a model.json far fewer`, 'Name a model.json.');
  const text = (await readFile(path)).toString('utf8');
  return readLayers(text, path, (names, bytes) => readShards(path, names, bytes));
}

/** Files of a group of weights, one after another. Their sizes are compared before anything is read. */
async function readShards(model: string, names: readonly string[], bytes: number): Promise<Uint8Array> {
  const paths = names.map((name) => {
    const inside = normalize(name.replaceAll('\\', '/'));
    const leaves = inside.startsWith('..') || inside.startsWith(sep) || /^[a-z]:|^\/|\0/i.test(inside);
    if (leaves) throw refuse(model, `Its weights ${excerpt(name)} lie in another folder`, 'Put all files into one.');
    return join(dirname(model), inside);
  });
  const sizes = await Promise.all(paths.map(sizeOf));
  const found = sizes.reduce((sum, size) => sum + size, 0);
  if (found !== bytes)
    throw refuse(
      paths.length === 1 ? (paths[0] ?? model) : model,
      `The weights have ${found} bytes${paths.length > 1 ? ` in ${paths.length} files` : ''}, and model.json says ${bytes}`,
      'Copy the model again: a file is cut short, or of another model.',
    );
  return Buffer.concat(await Promise.all(paths.map((path) => readFile(path))));
}

async function sizeOf(path: string): Promise<number> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    const reason = error.code === 'ENOENT' || error.code === 'ENOTDIR' ? 'There is no such file' : error.message;
    throw refuse(path, reason, 'Name a model.json of the TF.js layers format, with its weights beside it.');
  });
  if (!found.isFile()) throw refuse(path, 'It is no file', 'Name a model.json of the TF.js layers format.');
  return found.size;
}

function refuse(path: string, why: string, wayOut: string): UserError {
  return new UserError({ what: `The model cannot be read. ${why}`, where: visible(path), wayOut });
}
