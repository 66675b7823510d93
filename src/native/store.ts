import tfjsNode from '@tensorflow/tfjs-node/package.json';

/** Version of `@tensorflow/tfjs-node`, whose part in C++ is loaded. */
export const tfjsNodeVersion: string = tfjsNode.version;

/** A file of the store from which tfjs-node's own install script takes what it needs. */
export interface StoredFile {
  readonly name: string;
  readonly url: string;
}

const { host, remote_path: remotePath } = tfjsNode.binary;

/** The version of TensorFlow that tfjs-node is made for, as its store has it for most machines. */
const version = '2.9.1';
const libraries: Readonly<Record<string, string>> = {
  'linux-x64': `cpu-linux-x86_64-${version}.tar.gz`,
  'darwin-x64': `cpu-darwin-x86_64-${version}.tar.gz`,
  'win32-x64': `cpu-windows-x86_64-${version}.zip`,
};
/** Made by tfjs-node's authors, where TensorFlow's had none. */
const otherLibraries: Readonly<Record<string, string>> = {
  'linux-arm64': 'tf-builds/libtensorflow_r2_7_linux_arm64.tar.gz',
  'darwin-arm64': 'tf-builds/libtensorflow_r2_7_darwin_arm64_cpu.tar.gz',
};

/** Whether the store has a library for this machine. */
export function isStored(): boolean {
  return machine() in libraries || machine() in otherLibraries;
}

/** libtensorflow for this machine, from where tfjs-node's variables say, else from its own store. */
export function storedLibrary(): StoredFile {
  const env = process.env;
  const other = otherLibraries[machine()];
  if (other) return fileAt(`${store()}${other}`);
  const base = env.TFJS_NODE_BASE_URI || env.npm_config_TFJS_NODE_BASE_URI;
  return fileAt(`${base || `${store()}tensorflow/libtensorflow/libtensorflow-`}${libraries[machine()]}`);
}

/** tfjs-node's part in C++, made for this system; its name does not say for which processors. */
export function storedBinding(): StoredFile {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const kind = process.platform === 'win32' ? 'zip' : 'tar.gz';
  const folder = remotePath
    .replace('./', '')
    .replace('{napi_build_version}', '8')
    .replace('{version}', tfjsNodeVersion);
  const mirror = process.env.npm_config_tfjs_binding_binary_host_mirror;
  const base = mirror || host.replace(ownStore, store());
  return fileAt(`${withSlash(base)}${folder}CPU-${system}-${tfjsNodeVersion}.${kind}`);
}

const ownStore = `${new URL(host).origin}/`;

/** Ends in a slash. A person's own has all files, the binding among them. */
function store(): string {
  const env = process.env;
  return withSlash(env.TFJS_NODE_CDN_STORAGE || env.npm_config_TFJS_NODE_CDN_STORAGE || env.CDN_STORAGE || ownStore);
}

function withSlash(address: string): string {
  return address.replace(/\/*$/, '/');
}

function fileAt(url: string): StoredFile {
  return { name: url.slice(url.lastIndexOf('/') + 1), url };
}

function machine(): string {
  return `${process.platform}-${process.arch}`;
}
