import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, readlink, writeFile } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { pack } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { install } from '../../../src/native/install';
import { bindingFile, findInstallation } from '../../../src/native/installation';
import { ownDownload } from '../../../src/native/own-download';
import { storedBinding, storedLibrary } from '../../../src/native/store';
import { hasWheel } from '../../../src/native/wheel';
import { temporaryFolder } from '../temporary';
import { archivesOfInstalled, type Entry, isInstalled, type Stored } from './archives';

let folder = '';
let root = '';
let server: Server;
/** What the store has, by its files' names. */
let stored: Map<string, Stored>;
/** Paths that were asked for. */
let asked: string[];
/** How the store sends a file of its. */
let send: (response: ServerResponse, file: Stored) => void;
let lines: string[];

const withDigest = (response: ServerResponse, { length, md5, stream }: Stored) => {
  response.writeHead(200, { 'content-length': length, 'x-goog-hash': [`crc32c=AAAAAA==`, `md5=${md5}`] });
  stream().pipe(response);
};

beforeEach(async () => {
  root = await temporaryFolder();
  folder = join(root, 'native');
  stored = new Map();
  asked = [];
  lines = [];
  send = withDigest;
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const file = stored.get(request.url?.split('/').at(-1) ?? '');
    if (file) send(response, file);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  vi.stubEnv('TFJS_NODE_CDN_STORAGE', `${address}/store`);
  vi.stubEnv('PIP_INDEX_URL', `${address}/simple`);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const options = () => ({
  signal: new AbortController().signal,
  progress: (words: string) => void lines.push(words),
});

describe.runIf(isInstalled)('a store that', () => {
  test("has TensorFlow gives an installation that works, without a compiler and the registry's wheel", async () => {
    for (const [name, file] of await archivesOfInstalled(root)) stored.set(name, file);
    vi.stubEnv('PATH', root);
    const { record } = await install(folder, options());
    expect(record).toMatchObject({
      tfjsNode: '4.22.0',
      source: expect.stringMatching(/^store of tfjs-node: CPU-linux-/),
    });
    expect(Object.keys(record.files).sort()).toEqual([
      'deps/lib/libtensorflow.so.2.21.0',
      'deps/lib/libtensorflow_framework.so.2',
      bindingFile,
    ]);
    const binding = await readFile(join(folder, bindingFile));
    expect(record.files[bindingFile]?.sha256).toBe(createHash('sha256').update(binding).digest('hex'));
    expect(await readlink(join(folder, 'deps/lib/libtensorflow.so.2'))).toBe('libtensorflow.so.2.21.0');
    expect((await findInstallation([folder]))?.record).toEqual(record);
    expect(asked).toHaveLength(2);
    expect((await readdir(root)).filter((name) => name.startsWith('native'))).toEqual(['native']);
  });
});

describe.runIf(hasWheel())('the wheel is taken, and the reason said, where the store', () => {
  afterEach(async () => {
    expect(asked.some((path) => path.startsWith('/simple/'))).toBe(true);
    expect((await readdir(root)).filter((name) => name.startsWith('native'))).toEqual([]);
  });

  test('has no such file; where the registry has none either, one message says both', async () => {
    const why = `${storedBinding().name} could not be downloaded: the store answered 404 Not Found`;
    await expect(install(folder, options())).rejects.toThrow(
      `TensorFlow could not be installed. By tfjs-node's own download: ${why}. By TensorFlow's wheel: The Python registry cannot be reached: it answered 404 Not Found. `,
    );
    expect(lines).toContain(`Taking TensorFlow's wheel, since tfjs-node's own download fails: ${why}`);
  });

  test('sends what does not agree with its digest', async () => {
    store(storedBinding().name, await addon());
    send = (response, file) => withDigest(response, { ...file, md5: 'AAAAAAAAAAAAAAAAAAAAAA==' });
    await expect(install(folder, options())).rejects.toThrow(/own download: .*is not what the store says it is \(MD5/);
  });

  test('sends no digest', async () => {
    store(storedBinding().name, await addon());
    send = (response, { stream }) => void stream().pipe(response.writeHead(200, { 'x-goog-hash': 'crc32c=AAAAAA==' }));
    await expect(install(folder, options())).rejects.toThrow(/own download: .*gives no digest/);
  });

  test('takes the connection, and says nothing', async () => {
    store(storedBinding().name, await addon());
    send = () => {};
    await expect(install(folder, { ...options(), answerSeconds: 0.2 })).rejects.toThrow(
      /own download: .*the store said nothing for 0\.2 seconds/,
    );
  });

  test('is nowhere', async () => {
    vi.stubEnv('TFJS_NODE_CDN_STORAGE', 'http://127.0.0.1:1/');
    // A port that is refused at once, or that `fetch` itself does not ask.
    await expect(install(folder, options())).rejects.toThrow(/own download: CPU-linux-.* could not be downloaded: /);
  });

  test('has an archive that names files outside of itself', async () => {
    store(storedBinding().name, gzipSync(await tar([{ name: '../evil', bytes: 'evil' }])));
    await expect(install(folder, options())).rejects.toThrow(
      /own download: .*names a file outside of itself, \.\.\/evil/,
    );
    expect(existsSync(join(root, 'evil'))).toBe(false);
  });

  test('has an archive that is cut short', async () => {
    store(storedBinding().name, (await addon()).subarray(0, 60));
    await expect(install(folder, options())).rejects.toThrow(/own download: CPU-linux-.* could not be unpacked: /);
  });

  test('has a binding for other processors, before a library is fetched for it', async () => {
    const head = Buffer.alloc(64);
    head.writeUInt32BE(0x7f454c46);
    head.writeUInt16LE(process.arch === 'x64' ? 183 : 62, 18);
    store(storedBinding().name, await addon(head));
    store(storedLibrary().name, await library());
    await expect(install(folder, options())).rejects.toThrow(
      /own download: CPU-linux-.* is for (arm64, not for x64|x64, not)/,
    );
    expect(asked.filter((path) => path.startsWith('/store/'))).toHaveLength(1);
  });

  test('has an archive without a library that is loaded', async () => {
    store(storedBinding().name, await addon());
    store(storedLibrary().name, gzipSync(await tar([{ name: 'lib/libtensorflow.so.2', to: 'nothing' }])));
    await expect(install(folder, options())).rejects.toThrow(/own download: .* has no libtensorflow\.so\.2/);
  });

  test('has a library that does not work here', async () => {
    store(storedBinding().name, await addon());
    store(storedLibrary().name, await library());
    await expect(install(folder, options())).rejects.toThrow(
      /own download: TensorFlow does not work here: .*invalid ELF header/,
    );
  });
});

test('cancelled in the middle of a file, nothing is left, and no other way is taken', async () => {
  const stop = new AbortController();
  store(storedBinding().name, await addon());
  store(storedLibrary().name, Buffer.alloc(1000));
  send = (response, file) => {
    if (file.length !== 1000) return withDigest(response, file);
    response.writeHead(200, { 'content-length': 1000, 'content-md5': file.md5 }).write(Buffer.alloc(10));
    stop.abort(new Error('cancelled'));
  };
  await expect(install(folder, { ...options(), signal: stop.signal })).rejects.toThrow('cancelled');
  expect(await readdir(root)).toEqual([]);
  expect(asked).toHaveLength(2);
});

describe('the files are put where the binding of the system looks for them:', () => {
  const { platform, arch } = process;
  const as = (value: { platform: string; arch: string }) => {
    for (const [name, text] of Object.entries(value)) Object.defineProperty(process, name, { value: text });
  };
  beforeEach(() => mkdir(folder).then(() => undefined));
  afterEach(() => as({ platform, arch }));

  test('macOS', async () => {
    as({ platform: 'darwin', arch: 'arm64' });
    store('CPU-darwin-4.22.0.tar.gz', await addon());
    const files = ['libtensorflow.2.7.0.dylib', 'libtensorflow_framework.2.7.0.dylib'];
    const links = files.map((to) => ({ name: `./lib/${to.replace('.7.0', '')}`, to }));
    const entries = [...files.map((name) => ({ name: `./lib/${name}`, bytes: name })), ...links];
    store('libtensorflow_r2_7_darwin_arm64_cpu.tar.gz', gzipSync(await tar(entries)));
    const filled = await ownDownload.fill(folder, options());
    expect(filled.files).toEqual([bindingFile, ...files.map((name) => `deps/lib/${name}`)]);
    expect(await readFile(join(folder, 'deps/lib/libtensorflow.2.dylib'), 'utf8')).toBe(files[0]);
  });

  test('macOS, where the store has no binding: compiled with the headers that the library has with it', async () => {
    as({ platform: 'darwin', arch: 'arm64' });
    const files = ['lib/libtensorflow.2.dylib', 'lib/libtensorflow_framework.2.dylib'];
    const entries = [...files, 'include/tensorflow/c/c_api.h', 'LICENSE'].map((name) => ({ name }));
    store('libtensorflow_r2_7_darwin_arm64_cpu.tar.gz', gzipSync(await tar(entries)));
    const compiler = join(root, 'compiler');
    const program = `#!/bin/sh
test "$1" = --version && exit
echo "$@" > ${root}/words
test -f ${folder}/include/tensorflow/c/c_api.h || exit 1
while test $# -gt 0; do test "$1" = -o && echo binding > "$2"; shift; done`;
    await writeFile(compiler, program, { mode: 0o755 });
    vi.stubEnv('CXX', compiler);
    const filled = await ownDownload.fill(folder, options());
    expect(filled.files).toEqual([bindingFile, ...files.map((name) => `deps/${name}`)]);
    expect(filled.source).toMatch(/^store of tfjs-node: libtensorflow_r2_7_darwin_arm64_cpu.tar.gz, MD5 [0-9a-f]{32}$/);
    expect(await readFile(join(root, 'words'), 'utf8')).toContain('-bundle -undefined dynamic_lookup -arch arm64 ');
    expect(await readdir(folder)).toEqual(['deps', 'lib']);
  });

  test.each(['lib/tensorflow.dll', 'tensorflow.dll'])('Windows, from %s', async (path) => {
    as({ platform: 'win32', arch: 'x64' });
    // The one for Windows is called .zip as well, and is none.
    store('CPU-windows-4.22.0.zip', await addon());
    const entries = { [path]: Buffer.from('library'), 'include/a.h': Buffer.from('header') };
    store('libtensorflow-cpu-windows-x86_64-2.9.1.zip', zipSync(entries));
    const filled = await ownDownload.fill(folder, options());
    expect(filled.files).toEqual([bindingFile, 'lib/napi-v8/tensorflow.dll']);
    expect(await readFile(join(folder, 'lib/napi-v8/tensorflow.dll'), 'utf8')).toBe('library');
  });
});

describe('the store is', () => {
  test("the package's own where no variable says otherwise", async () => {
    vi.unstubAllEnvs();
    const { binary } = JSON.parse(
      await readFile(join(import.meta.dirname, '../../../node_modules/@tensorflow/tfjs-node/package.json'), 'utf8'),
    );
    expect(storedBinding().url).toBe(`${binary.host}/napi-v8/4.22.0/${storedBinding().name}`);
    expect(new URL(storedLibrary().url).origin).toBe(new URL(binary.host).origin);
  });

  test.runIf(process.arch === 'x64')('where the variables of the package say', () => {
    vi.stubEnv('TFJS_NODE_CDN_STORAGE', undefined);
    vi.stubEnv('CDN_STORAGE', 'https://a.example/b/');
    expect(storedLibrary().url).toMatch(
      /^https:\/\/a\.example\/b\/tensorflow\/libtensorflow\/libtensorflow-cpu-\w+-x86_64/,
    );
    expect(storedBinding().url).toMatch(
      /^https:\/\/a\.example\/b\/tf-builds\/pre-built-binary\/napi-v8\/4\.22\.0\/CPU-/,
    );
    vi.stubEnv('TFJS_NODE_BASE_URI', 'https://c.example/lib-');
    vi.stubEnv('npm_config_tfjs_binding_binary_host_mirror', 'https://d.example');
    expect(storedLibrary().url).toMatch(/^https:\/\/c\.example\/lib-cpu-/);
    expect(storedBinding().url).toMatch(/^https:\/\/d\.example\/napi-v8\/4\.22\.0\/CPU-/);
  });
});

/** A binding's archive, in which something stands in its place. */
async function addon(bytes: Uint8Array | string = 'this is no library'.padEnd(200)): Promise<Buffer> {
  return gzipSync(await tar([{ name: 'napi-v8/tfjs_binding.node', bytes }]));
}

async function library(): Promise<Buffer> {
  const names = ['lib/libtensorflow.so.2', 'lib/libtensorflow_framework.so.2'];
  return gzipSync(await tar(names.map((name) => ({ name, bytes: 'nor is this' }))));
}

function store(name: string, bytes: Uint8Array): void {
  const md5 = createHash('md5').update(bytes).digest('base64');
  stored.set(name, { length: bytes.length, md5, stream: () => Readable.from([bytes]) });
}

async function tar(entries: readonly Entry[]): Promise<Buffer> {
  const archive = pack();
  for (const { name, bytes = '', to } of entries) {
    if (to === undefined) archive.entry({ name }, Buffer.from(bytes));
    else archive.entry({ name, type: 'symlink', linkname: to });
  }
  archive.finalize();
  const parts: Uint8Array[] = [];
  for await (const part of archive) parts.push(part as Uint8Array);
  return Buffer.concat(parts);
}
