import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { install, remove } from '../../../src/native/install';
import { bindingFile, findInstallation, recordFile } from '../../../src/native/installation';
import { probeBinding, probeOnce } from '../../../src/native/probe';
import { hasWheel } from '../../../src/native/wheel';
import { hasCompiler, installCrashing } from './crashing';

const name = 'tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl';
const armName = 'tensorflow-2.21.0-cp311-cp311-manylinux_2_27_aarch64.whl';

let root = '';
let folder = '';
let server: Server;
let wheel: Uint8Array = new Uint8Array();
let digest = '';
let status = 200;
/** Called when the wheel is asked for. */
let onDownload = () => {};

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'unroll-native-'));
  folder = join(root, 'native');
  wheel = zipSync({ 'tensorflow/libtensorflow_framework.so.2': new Uint8Array(100) });
  digest = createHash('sha256').update(wheel).digest('hex');
  status = 200;
  onDownload = () => {};
  server = createServer((request, response) => {
    if (request.url?.startsWith('/simple/')) {
      const links = [name, armName].map((file) => `<a href="../../files/${file}#sha256=${digest}">${file}</a>`);
      response.writeHead(status, { 'content-type': 'text/html' }).end(links.join('\n'));
      return;
    }
    if (!request.url?.startsWith('/files/')) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-length': wheel.length });
    response.write(wheel.subarray(0, 20));
    onDownload();
    response.end(wheel.subarray(20));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  process.env.PIP_INDEX_URL = `${address}/simple/`;
  // tfjs-node's own store has nothing here.
  process.env.TFJS_NODE_CDN_STORAGE = `${address}/store/`;
});

afterEach(async () => {
  delete process.env.PIP_INDEX_URL;
  delete process.env.TFJS_NODE_CDN_STORAGE;
  await new Promise((resolve) => server.close(resolve));
  await rm(root, { recursive: true });
});

const quietly = { signal: new AbortController().signal, progress: () => {} };

describe.runIf(hasWheel())('an installation that fails says why, and leaves nothing behind:', () => {
  test('what comes is not what the registry has a digest of', async () => {
    digest = '0'.repeat(64);
    await expect(install(folder, quietly)).rejects.toThrow(/not what the registry says it is/);
    expect(await readdir(root)).toEqual([]);
  });

  test('the registry answers that it has no such thing', async () => {
    status = 404;
    await expect(install(folder, quietly)).rejects.toThrow(/registry cannot be reached: it answered 404/);
    expect(await readdir(root)).toEqual([]);
  });

  test('the wheel lacks a library', async () => {
    await expect(install(folder, quietly)).rejects.toThrow(/has no tensorflow\/libtensorflow_cc\.so\.2/);
    expect(await readdir(root)).toEqual([]);
  });

  test('it is cancelled in the middle of the download', async () => {
    const stop = new AbortController();
    onDownload = () => stop.abort(new Error('cancelled'));
    await expect(install(folder, { ...quietly, signal: stop.signal })).rejects.toThrow('cancelled');
    expect(await readdir(root)).toEqual([]);
  });

  test('there is no compiler', async () => {
    const { PATH, CXX } = process.env;
    process.env.PATH = root;
    try {
      await expect(install(folder, quietly)).rejects.toThrow(/no compiler of C\+\+/);
    } finally {
      process.env.PATH = PATH;
      if (CXX !== undefined) process.env.CXX = CXX;
    }
    expect(await readdir(root)).toEqual([]);
  });

  test('what was installed before stays as it was', async () => {
    await installed();
    digest = '0'.repeat(64);
    await expect(install(folder, quietly)).rejects.toThrow();
    expect(await findInstallation([folder])).toBeDefined();
  });
});

test('what another, dead installation left behind is removed by the next one', async () => {
  const left = join(root, 'native.partial-999999999');
  await mkdir(left);
  await expect(install(folder, quietly)).rejects.toThrow();
  expect(await readdir(root)).toEqual([]);
});

test('removing takes away all of it, and says what it was', async () => {
  await installed();
  expect((await remove(folder))?.record.tensorFlow).toBe('2.21.0');
  expect(await readdir(root)).toEqual([]);
});

describe('a library that harms the process that loads it is found out in another one:', () => {
  test('it ends with what that said', async () => {
    await installed('this is no library');
    await expect(probeBinding(folder)).rejects.toThrow(
      /TensorFlow does not work here: .*its process ended with code 1/,
    );
  });

  test.runIf(hasCompiler)('it is ended by a signal', async () => {
    await installCrashing(folder);
    await expect(probeBinding(folder)).rejects.toThrow(/its process was ended by SIGABRT/);
  });

  test('it hangs', async () => {
    await installed('nothing');
    await expect(probeBinding(folder, { seconds: 0 })).rejects.toThrow(/did not answer within 0 seconds/);
  });

  test('a file that was cut short is not even loaded', async () => {
    await installed('short');
    const installation = await findInstallation([folder]);
    if (!installation) throw new Error('There is no installation');
    await writeFile(join(folder, bindingFile), 's');
    await expect(probeOnce(installation)).rejects.toThrow(/damaged: .*tfjs_binding.node has 1 bytes in place of 5/);
  });
});

/** An installation as far as its record goes. */
async function installed(text = 'binding'): Promise<void> {
  await mkdir(join(folder, 'lib', 'napi-v8'), { recursive: true });
  await writeFile(join(folder, bindingFile), text);
  const record = { format: 1, tensorFlow: '2.21.0', files: { [bindingFile]: { bytes: text.length, sha256: '' } } };
  await writeFile(join(folder, recordFile), JSON.stringify(record));
  expect(JSON.parse(await readFile(join(folder, recordFile), 'utf8')).format).toBe(1);
}
