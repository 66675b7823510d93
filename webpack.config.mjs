import { EsbuildPlugin } from 'esbuild-loader';
import webpack from 'webpack';
import { buildKernels } from './scripts/kernels.mjs';

/**
 * Three programs, the engine's helper threads and the host's twin, one bundle each; the worker's is two, a small one that
 * loads the other (src/worker/main.ts); the engine loads in the worker alone,
 * and what the editor knows of the language of cells when the first of them is opened.
 */
export default async (_environment, { mode = 'production' }) => {
  await buildKernels();
  const shared = {
    mode,
    devtool: mode === 'production' ? false : 'source-map',
    resolve: {
      extensions: ['.ts', '.tsx', '.js'],
      mainFields: ['module', 'main'],
      // Four megabytes that make speech of bad connections sound better; nobody asks for them here.
      alias: { '@wasm-audio-decoders/opus-ml': false },
    },
    module: {
      // What the program itself requires, such as a bundle beside it, is not for webpack to find.
      parser: { javascript: { createRequire: false } },
      rules: [
        { test: /\.tsx?$/, loader: 'esbuild-loader', options: { target: 'es2023' } },
        { test: /\.css$/, type: 'asset/source' },
        { resourceQuery: /raw/, type: 'asset/source' },
      ],
    },
    optimization: { splitChunks: false, minimizer: [new EsbuildPlugin({ target: 'es2023', legalComments: 'none' })] },
    performance: false,
    stats: 'errors-warnings',
  };
  const node = (name, entry) => ({
    ...shared,
    name,
    target: 'node20',
    entry: { [name]: entry },
    output: {
      path: `${import.meta.dirname}/dist`,
      filename: '[name].js',
      // Two programs may have chunks of one name.
      chunkFilename: `${name}-[name].js`,
      libraryTarget: 'commonjs2',
    },
    externals: { vscode: 'commonjs vscode' },
  });
  return [
    node('host', './src/extension.ts'),
    node('worker', './src/worker/main.ts'),
    node('serve', './src/worker/serve.ts'),
    node('helper', './src/worker/helper.ts'),
    {
      ...node('tensorflow', './src/engine/tensorflow/index.ts'),
      resolve: {
        ...shared.resolve,
        // tfjs-node's classes are functions, and can extend nothing but functions.
        mainFields: ['main'],
        // It asks for all of TF.js, and needs its core.
        alias: {
          '@tensorflow/tfjs$': '@tensorflow/tfjs-core',
          // Requests to servers, and files for TensorBoard: neither is made here.
          'node-fetch': false,
          './proto/api_pb': false,
        },
      },
    },
    node('probe', './src/native/probe-program.ts'),
    node('language', './src/cell-language/main.ts'),
    {
      ...node('cli', './src/cli/main.ts'),
      plugins: [new webpack.BannerPlugin({ banner: '#!/usr/bin/env node', raw: true })],
    },
    {
      ...shared,
      name: 'webview',
      target: 'web',
      entry: { webview: './webview/main.tsx' },
      output: { path: `${import.meta.dirname}/dist`, filename: '[name].js' },
    },
  ];
};
