import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, inject } from 'vitest';
import { root } from '../../scripts/toolchain.mjs';
import { Workbench, type WorkbenchOptions } from './workbench';

/**
 * One VS Code with the packed extension for all tests of a file. Call it at the top of the file and the result within
 * tests. When a test fails, a picture of the window and the host's output are left in `out/failures/`.
 */
export function useWorkbench(options: Omit<WorkbenchOptions, 'vsix'> = {}): () => Workbench {
  let workbench: Workbench | undefined;
  beforeAll(async () => {
    workbench = await Workbench.start({ ...options, vsix: inject('vsix') });
  });
  afterEach(async ({ task }) => {
    if (workbench && task.result?.state === 'fail') await keepEvidence(workbench, task.name);
  });
  afterAll(() => workbench?.stop());
  return () => {
    if (!workbench) throw new Error('VS Code has not started.');
    return workbench;
  };
}

async function keepEvidence({ page, log }: Workbench, test: string): Promise<void> {
  const start = join(root, 'out', 'failures', test.replaceAll(/[^\p{L}\p{N}]+/gu, '-'));
  await mkdir(join(root, 'out', 'failures'), { recursive: true });
  await writeFile(`${start}.log`, log);
  await page.screenshot({ path: `${start}.png` });
}
