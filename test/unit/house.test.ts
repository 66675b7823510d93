import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/** What each room may import. */
const house: Readonly<Record<string, readonly string[]>> = {
  base: ['protocol'],
  protocol: ['configuration'],
  configuration: ['base'],
  samples: ['base', 'protocol', 'configuration'],
  generators: ['base'],
  data: ['base', 'protocol', 'configuration'],
  cells: ['base', 'protocol', 'configuration'],
  'cell-language': ['base', 'protocol', 'configuration', 'cells'],
  engine: ['base', 'protocol', 'configuration', 'cells'],
  models: ['base', 'protocol', 'configuration', 'cells', 'engine'],
  tasks: ['base', 'protocol', 'configuration', 'samples', 'data', 'cells', 'engine', 'models'],
  interchange: ['base', 'protocol', 'configuration', 'cells', 'models', 'tasks'],
  probes: ['base', 'protocol', 'configuration', 'cells', 'engine', 'models', 'tasks'],
  training: ['base', 'protocol', 'configuration', 'data', 'cells', 'engine', 'models', 'tasks'],
  runs: ['base', 'protocol', 'configuration'],
  native: ['base', 'protocol', 'runs'],
  worker: 'base protocol configuration data cells engine models tasks interchange probes training runs native'.split(
    ' ',
  ),
  cli: ['base', 'protocol', 'configuration', 'samples', 'generators', 'runs', 'native'],
  editor: ['base', 'protocol', 'configuration', 'samples', 'generators', 'runs', 'native'],
};
const rooms = Object.keys(house);
const root = join(import.meta.dirname, '..', '..');

/** A file for every pair of rooms, and for every other rule; the linter runs over all of them once. */
const files = new Map<string, string>();
const add = (path: string, text: string) => {
  files.set(path, `${text}\n`);
  return path;
};
const pairs = rooms.flatMap((room) =>
  rooms
    .filter((imported) => imported !== room)
    .map((imported) => ({
      room,
      imported,
      file: add(
        `src/${room}/part/imports-${imported}.ts`,
        `import type { Thing } from '../../${imported}/thing';\nexport type Own = Thing;`,
      ),
    })),
);
const importing = (path: string, source: string, type = false) =>
  add(
    path,
    `import ${type ? 'type ' : ''}{ thing } from '${source}';\nexport ${type ? 'type Own = thing' : 'const own = thing'};`,
  );
const nodeUsers = rooms.map((room) => ({ room, file: importing(`src/${room}/node.ts`, 'node:fs') }));
const editorUsers = rooms.map((room) => ({ room, file: importing(`src/${room}/code.ts`, 'vscode') }));
const entry = importing('src/extension.ts', 'vscode');
const starters = ['editor', 'cli'].map((room) => importing(`src/${room}/starts.ts`, '../worker/start'));
const notStarters = ['training', 'runs'].map((room) => importing(`src/${room}/starts.ts`, '../worker/start'));
const bareNode = importing('src/data/bare.ts', 'fs');
const dynamic = add('src/editor/lazy.ts', `export const thing = () => import('../engine/thing');`);
const reexported = add('src/data/again.ts', `export { thing } from '../tasks/thing';`);
const protocolValue = importing('src/protocol/value.ts', '../configuration/thing');
const webviewToProtocol = importing('webview/part/protocol.tsx', '../../src/protocol/thing', true);
const webviewToTypes = importing('webview/types.ts', '../src/configuration/thing', true);
const webviewToSchema = importing('webview/schema.ts', '../src/configuration/thing');
const webviewToRuns = importing('webview/runs.ts', '../src/runs/thing', true);
const toWebview = importing('src/editor/panel/view.ts', '../../../webview/thing', true);

let folder: string;
/** Files of which the linter complains, with its words. */
let complaints: ReadonlyMap<string, string>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unroll-house-'));
  for (const name of ['biome.json', 'biome.house.json', '.gitignore', 'scripts/lint']) {
    await cp(join(root, name), join(folder, name), { recursive: true });
  }
  for (const [path, text] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  complaints = await lint();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs the linter as `npm run lint` does, with the project's own rules. */
async function lint(): Promise<ReadonlyMap<string, string>> {
  const biome = join(root, 'node_modules', '@biomejs', 'biome', 'bin', 'biome');
  const args = [biome, 'lint', '--reporter=json', '--max-diagnostics=none', folder];
  const output = await new Promise<string>((resolve) => {
    execFile(process.execPath, args, { cwd: folder, maxBuffer: 1 << 26 }, (_error, stdout) => resolve(stdout));
  });
  const { diagnostics }: { diagnostics: { message: unknown; location: { path: string } }[] } = JSON.parse(output);
  return new Map(
    diagnostics.map(({ message, location }) => [
      relative(folder, join(folder, location.path)),
      JSON.stringify(message),
    ]),
  );
}

describe('the linter', () => {
  test('knows every room of src/', async () => {
    const present = await readdir(join(root, 'src'), { withFileTypes: true });
    const unknown = present.filter((file) => file.isDirectory() && !rooms.includes(file.name));
    expect(unknown.map(({ name }) => name)).toEqual([]);
  });

  test('lets a room import those below it, and refuses every other', () => {
    const refused = pairs
      .filter(({ file }) => complaints.has(file))
      .map(({ room, imported }) => `${room} → ${imported}`);
    const forbidden = pairs.filter(({ room, imported }) => !house[room]?.includes(imported));
    expect(refused).toEqual(forbidden.map(({ room, imported }) => `${room} → ${imported}`));
  });

  test('lets only editor/ and the entry file import vscode', () => {
    expect(editorUsers.filter(({ file }) => !complaints.has(file)).map(({ room }) => room)).toEqual(['editor']);
    expect(complaints.has(entry)).toBe(false);
  });

  test('lets only rooms that touch files and threads import Node', () => {
    const allowed = nodeUsers.filter(({ file }) => !complaints.has(file)).map(({ room }) => room);
    expect(allowed).toEqual(['generators', 'data', 'runs', 'native', 'worker', 'cli', 'editor']);
    expect(complaints.has(bareNode)).toBe(true);
  });

  test('lets only editor/ and cli/ start a worker', () => {
    expect(starters.filter((file) => complaints.has(file))).toEqual([]);
    expect(notStarters.filter((file) => !complaints.has(file))).toEqual([]);
  });

  test('sees imports that load later and exports of what is imported', () => {
    expect([dynamic, reexported].filter((file) => !complaints.has(file))).toEqual([]);
  });

  test('refuses a value that protocol/ imports', () => {
    expect(complaints.get(protocolValue)).toMatch(/types alone/);
  });

  test('lets the webview import protocol/ and the types of configuration/ alone', () => {
    expect([webviewToProtocol, webviewToTypes].filter((file) => complaints.has(file))).toEqual([]);
    expect([webviewToSchema, webviewToRuns, toWebview].filter((file) => !complaints.has(file))).toEqual([]);
  });
});
