import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TFJSBinding } from '@tensorflow/tfjs-node/dist/tfjs_binding';
import { expect, test } from 'vitest';
import { tryOperations } from '../../../src/native/operations';

const engine = join(import.meta.dirname, '../../../src/engine/tensorflow');

/** As far as the operations go; those named are not known to it. */
function binding(executed: Set<string>, unknown: readonly string[] = []): TFJSBinding {
  const executeOp = (name: string) => {
    if (unknown.includes(name)) throw new Error(`${name} is not registered`);
    executed.add(name);
    return [{ id: 1 }];
  };
  return { createTensor: () => 1, executeOp } as unknown as TFJSBinding;
}

test('a library is tried on every operation that the engine asks for by name, and on no other', async () => {
  const files = (await readdir(engine)).filter((name) => name.endsWith('.ts'));
  const texts = await Promise.all(files.map((name) => readFile(join(engine, name), 'utf8')));
  // In a call, or in a table of names.
  const named = [...texts.join('\n').matchAll(/(?:\b(?:one|many)\(|^ {2}\w+: )'([A-Z]\w+)'/gm)].map(([, name]) => name);
  const tried = new Set<string>();
  tryOperations(binding(tried));
  expect([...tried].sort()).toEqual([...new Set(named)].sort());
});

test('an operation that a library lacks is named', () => {
  expect(() => tryOperations(binding(new Set(), ['UnsortedSegmentSum']))).toThrow(
    'its operation UnsortedSegmentSum does not work: UnsortedSegmentSum is not registered',
  );
});
