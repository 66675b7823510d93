import { UserError } from '../base/user-error';
import { reasonOf } from './download';
import { pythonIndex } from './python-index';

export const tensorFlowVersion = '2.21.0';

/** A file of the Python registry. */
export interface Wheel {
  readonly name: string;
  readonly url: string;
  readonly sha256: string;
}

/** Wheels that hold TensorFlow for a kind of machine; those for any version of Python hold the same libraries. */
const wheels: Readonly<Record<string, { readonly project: string; readonly name: RegExp }>> = {
  'linux-x64': {
    project: 'tensorflow-cpu',
    name: new RegExp(`^tensorflow_cpu-${tensorFlowVersion}-cp\\d+-cp\\d+-manylinux\\w*_x86_64\\.whl$`),
  },
  'linux-arm64': {
    project: 'tensorflow',
    name: new RegExp(`^tensorflow-${tensorFlowVersion}-cp\\d+-cp\\d+-manylinux\\w*_aarch64\\.whl$`),
  },
};

/** Whether TensorFlow can be had out of a wheel on this machine. */
export function hasWheel(): boolean {
  return `${process.platform}-${process.arch}` in wheels;
}

/**
 * Finds TensorFlow's wheel for this machine, with the registry's digest of it (PEP 503, PEP 691).
 *
 * @throws UserError where the registry cannot be reached, or has none
 */
export async function findWheel(signal: AbortSignal): Promise<Wheel> {
  const wanted = wheels[`${process.platform}-${process.arch}`];
  if (!wanted) throw new Error('There is no wheel for this machine');
  const page = `${await pythonIndex()}/${wanted.project}/`;
  const accept = 'application/vnd.pypi.simple.v1+json, text/html;q=0.5';
  const answer = await fetch(page, { headers: { accept }, signal }).catch((error) => {
    if (signal.aborted) throw error;
    throw unreachable(reasonOf(error));
  });
  if (!answer.ok) throw unreachable(`it answered ${answer.status} ${answer.statusText}`.trim());
  const isJson = answer.headers.get('content-type')?.includes('json');
  const files = isJson ? filesOf(await answer.json(), page) : linksOf(await answer.text(), page);
  const found = files.find(({ name, sha256 }) => wanted.name.test(name) && /^[0-9a-f]{64}$/.test(sha256));
  if (found) return found;
  throw new UserError({
    what: `The Python registry has no TensorFlow ${tensorFlowVersion} with a digest for ${process.platform} on ${process.arch}`,
    where: wanted.project,
    wayOut: 'Set PIP_INDEX_URL to a registry that has it.',
  });
}

function unreachable(why: string): UserError {
  return new UserError({
    what: `The Python registry cannot be reached: ${why}`,
    wayOut: 'Try again with a network, or set PIP_INDEX_URL to a registry that is reached from here.',
  });
}

function filesOf(list: unknown, page: string): Wheel[] {
  const { files = [] } = list as { files?: { filename: string; url: string; hashes?: { sha256?: string } }[] };
  return files.map(({ filename, url, hashes }) => ({
    name: filename,
    url: new URL(url, page).href,
    sha256: hashes?.sha256 ?? '',
  }));
}

function linksOf(html: string, page: string): Wheel[] {
  return [...html.matchAll(/<a\s[^>]*href="([^"]+)"[^>]*>([^<]+)<\/a>/g)].map(([, href = '', name = '']) => {
    const url = new URL(href.replaceAll('&amp;', '&'), page);
    const sha256 = /^#sha256=(.*)$/.exec(url.hash)?.[1] ?? '';
    url.hash = '';
    return { name: name.trim(), url: url.href, sha256 };
  });
}
