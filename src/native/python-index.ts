import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { UserError } from '../base/user-error';

const { env, platform } = process;

/** Files in which pip looks for its settings, the first that counts most. */
const settings = [
  env.PIP_CONFIG_FILE,
  env.VIRTUAL_ENV && join(env.VIRTUAL_ENV, platform === 'win32' ? 'pip.ini' : 'pip.conf'),
  ...(platform === 'win32'
    ? [env.APPDATA && join(env.APPDATA, 'pip', 'pip.ini'), env.ProgramData && join(env.ProgramData, 'pip', 'pip.ini')]
    : [
        join(env.XDG_CONFIG_HOME ?? join(homedir(), '.config'), 'pip', 'pip.conf'),
        join(homedir(), '.pip', 'pip.conf'),
        '/etc/xdg/pip/pip.conf',
        '/etc/pip.conf',
      ]),
];

/** What pip itself takes where nothing else is set. */
const pipsOwn = 'from pip._internal.models.index import PyPI; print(PyPI.simple_url)';

/**
 * Address of the Python registry's list of packages (PEP 503), as it is set for pip or uv, else the one that pip has.
 *
 * @throws UserError where neither is there
 */
export async function pythonIndex(): Promise<string> {
  const set = env.PIP_INDEX_URL ?? env.UV_DEFAULT_INDEX ?? env.UV_INDEX_URL ?? (await setInFiles()) ?? (await ofPip());
  if (set) return set.replace(/\/+$/, '');
  throw new UserError({
    what: 'It is not known where the Python registry is: pip is neither set up nor installed',
    wayOut: 'Set PIP_INDEX_URL to the address of its list of packages, which ends in /simple, and install again.',
  });
}

async function setInFiles(): Promise<string | undefined> {
  for (const file of settings) {
    const text = file ? await readFile(file, 'utf8').catch(() => '') : '';
    const found = /^\s*index-url\s*[=:]\s*(\S+)/m.exec(text)?.[1];
    if (found) return found;
  }
  return undefined;
}

async function ofPip(): Promise<string | undefined> {
  for (const program of ['python3', 'python']) {
    const found = await promisify(execFile)(program, ['-c', pipsOwn], { timeout: 30_000 }).catch(() => undefined);
    const address = found?.stdout.trim();
    if (address?.startsWith('http')) return address;
  }
  return undefined;
}
