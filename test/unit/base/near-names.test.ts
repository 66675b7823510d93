import { expect, test } from 'vitest';
import { nearNames } from '../../../src/base/near-names';

const names = ['lstm', 'lstm-peephole', 'gru', 'mgu', 'rnn', 'my.cell'];

test.each([
  ['ltsm', ['lstm']],
  ['LSTM', ['lstm', 'lstm-peephole']],
  ['lstn', ['lstm']],
  ['grü', ['gru']],
  ['lstm-peep', ['lstm-peephole']],
  ['my.cel', ['my.cell']],
  ['transformer', []],
  ['', []],
  ['x'.repeat(5000), []],
])('%s is near to %j', (word, near) => {
  expect(nearNames(word, names)).toEqual(near);
});
