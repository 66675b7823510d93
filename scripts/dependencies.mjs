/** The packages that package-lock.json names, installed when they are not. Plain Node 20. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { npm, say } from './processes.mjs';
import { root } from './toolchain.mjs';

/** Runs `npm ci` when node_modules is missing or does not hold what the lock file says. */
export async function dependencies() {
  if (await upToDate()) return;
  say('Set-up: packages from the lock file (npm ci)');
  await npm('The set-up of the packages', ['ci', '--ignore-scripts'], root);
}

async function upToDate() {
  const [wanted, installed] = await Promise.all([
    packages(join(root, 'package-lock.json')),
    packages(join(root, 'node_modules', '.package-lock.json')),
  ]);
  return Object.entries(wanted).every(
    ([path, { version, optional }]) => path === '' || optional || installed[path]?.version === version,
  );
}

/** @returns {Promise<Record<string, { version: string, optional?: boolean }>>} */
async function packages(/** @type {string} */ lockFile) {
  try {
    return JSON.parse(await readFile(lockFile, 'utf8')).packages;
  } catch {
    return {};
  }
}
