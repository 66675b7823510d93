import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import autoRef from '@tensorflow/tfjs-node/binding/napi_auto_ref.h?raw';
import autoStatus from '@tensorflow/tfjs-node/binding/tf_auto_status.h?raw';
import autoTensor from '@tensorflow/tfjs-node/binding/tf_auto_tensor.h?raw';
import autoOp from '@tensorflow/tfjs-node/binding/tfe_auto_op.h?raw';
import backendCode from '@tensorflow/tfjs-node/binding/tfjs_backend.cc?raw';
import backendHeader from '@tensorflow/tfjs-node/binding/tfjs_backend.h?raw';
import bindingCode from '@tensorflow/tfjs-node/binding/tfjs_binding.cc?raw';
import utils from '@tensorflow/tfjs-node/binding/utils.h?raw';
import jsNativeApi from 'node-api-headers/include/js_native_api.h?raw';
import jsNativeApiTypes from 'node-api-headers/include/js_native_api_types.h?raw';
import nodeApi from 'node-api-headers/include/node_api.h?raw';
import nodeApiTypes from 'node-api-headers/include/node_api_types.h?raw';
import { UserError } from '../base/user-error';
import { bindingFile, libraryFolder } from './installation';

const sources: Readonly<Record<string, string>> = {
  'napi_auto_ref.h': autoRef,
  'tf_auto_status.h': autoStatus,
  'tf_auto_tensor.h': autoTensor,
  'tfe_auto_op.h': autoOp,
  'tfjs_backend.cc': backendCode,
  'tfjs_backend.h': backendHeader,
  'tfjs_binding.cc': bindingCode,
  'utils.h': utils,
  'js_native_api.h': jsNativeApi,
  'js_native_api_types.h': jsNativeApiTypes,
  'node_api.h': nodeApi,
  'node_api_types.h': nodeApiTypes,
};

/** A compiler of C++ on this machine. @throws UserError that says how to come by one */
export async function compiler(): Promise<string> {
  for (const program of [process.env.CXX, 'c++', 'g++', 'clang++']) {
    if (!program) continue;
    const works = await promisify(execFile)(program, ['--version']).then(
      () => true,
      () => false,
    );
    if (works) return program;
  }
  throw new UserError({
    what: "TensorFlow's part for Node.js has to be compiled on this machine, which has no compiler of C++",
    wayOut:
      "Install one (Debian, Ubuntu: apt install g++; Fedora: dnf install gcc-c++; macOS: xcode-select --install), or name it in CXX, and install again. Unroll's own engine needs none.",
  });
}

/**
 * Compiles tfjs-node's part in C++ against the TensorFlow in an installation. Its own build needs Python; the two files need
 * a compiler alone.
 *
 * @param include TensorFlow's headers
 * @param work a folder for what is not kept
 */
export async function compileBinding(
  program: string,
  folder: string,
  include: string,
  work: string,
  signal: AbortSignal,
): Promise<void> {
  await mkdir(work, { recursive: true });
  await Promise.all(Object.entries(sources).map(([name, text]) => writeFile(join(work, name), text)));
  const target = join(folder, bindingFile);
  await mkdir(dirname(target), { recursive: true });
  // From the binding's own folder to the libraries; what Node.js itself has, it gives when it loads a binding.
  const linked =
    process.platform === 'darwin'
      ? [
          ...['-bundle', '-undefined', 'dynamic_lookup', '-arch', process.arch === 'x64' ? 'x86_64' : process.arch],
          '-Wl,-rpath,@loader_path/../../deps/lib',
        ]
      : ['-shared', '-Wl,-rpath,$ORIGIN/../../deps/lib'];
  const args = [
    ...linked,
    ...['-fPIC', '-O2', '-std=c++17', '-DNAPI_VERSION=8', '-DNODE_GYP_MODULE_NAME=tfjs_binding'],
    ...['-I', work, '-I', include, '-o', target, join(work, 'tfjs_backend.cc'), join(work, 'tfjs_binding.cc')],
    ...['-L', join(folder, libraryFolder), '-ltensorflow', '-ltensorflow_framework'],
  ];
  try {
    await promisify(execFile)(program, args, { signal, maxBuffer: 1 << 26 });
  } catch (error) {
    if (signal.aborted) throw error;
    const said = String((error as { stderr?: unknown }).stderr ?? '')
      .split('\n')
      .find((line) => line.includes('error'));
    throw new UserError({
      what: `TensorFlow's part for Node.js could not be compiled: ${said ?? (error instanceof Error ? error.message : error)}`,
      where: program,
      wayOut: 'Install another compiler of C++ (GCC 9 or Clang 10 and newer do), or name it in CXX, and install again.',
    });
  }
}
