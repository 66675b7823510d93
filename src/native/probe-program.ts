/**
 * A program of its own: loads the binding that it is given, multiplies with it, tries every operation that the engine needs,
 * and sends TensorFlow's version. What is wrong is the last line that it says.
 */
import { createRequire } from 'node:module';
import type { TFJSBinding } from '@tensorflow/tfjs-node/dist/tfjs_binding';
import { tryOperations } from './operations';

const [path = ''] = process.argv.slice(2);
try {
  const binding: TFJSBinding = createRequire(path)(path);
  const { TF_FLOAT, TF_ATTR_TYPE, TF_ATTR_BOOL } = binding;
  const matrix = (values: readonly number[]) => binding.createTensor([2, 2], TF_FLOAT, Float32Array.from(values));
  const attributes = [
    { name: 'T', type: TF_ATTR_TYPE, value: TF_FLOAT },
    { name: 'transpose_a', type: TF_ATTR_BOOL, value: false },
    { name: 'transpose_b', type: TF_ATTR_BOOL, value: false },
  ];
  const [product] = binding.executeOp('MatMul', attributes, [matrix([1, 2, 3, 4]), matrix([5, 6, 7, 8])], 1);
  const found = product && [...binding.tensorDataSync(product.id)].join();
  if (found !== '19,22,43,50') throw new Error(`2 by 2 numbers multiplied are ${found} in place of 19,22,43,50`);
  tryOperations(binding);
  process.send?.(binding.TF_Version, () => process.exit(0));
} catch (error) {
  const said = error instanceof Error ? error.message : String(error);
  process.stderr.write(`\n${said.replaceAll('\n', ' ')}\n`, () => process.exit(1));
}
