import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const second = 1000;

/** Three suites; what runs inside VS Code's extension host (test/host) has a runner of its own, scripts/host-tests.mjs. */
export default defineConfig({
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  test: {
    // TF.js registers its gradients in modules that Node's own loader cannot read.
    server: { deps: { inline: [/@tensorflow/] } },
    // Vitest leaves a core free, of which there may be two; much of a test is waiting.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // They end what hangs, and are no measure of speed: a busy machine may take ten times as long.
    testTimeout: 180 * second,
    hookTimeout: 180 * second,
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['test/unit/**/*.test.ts'], globalSetup: ['scripts/kernels.mjs'] },
      },
      {
        extends: true,
        test: { name: 'webview', include: ['test/webview/**/*.test.{ts,tsx}'], environment: 'happy-dom' },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['test/e2e/packed.ts'],
          fileParallelism: false,
          expect: { poll: { timeout: 15 * second } },
        },
      },
    ],
  },
});
