import type { CellName } from '../configuration/run';
import gru from './builtin/gru.cell?raw';
import lstm from './builtin/lstm.cell?raw';
import rnn from './builtin/rnn.cell?raw';
import rnnRelu from './builtin/rnn-relu.cell?raw';
import type { Cell } from './expression';
import { readCell } from './language/read';

/** The cells that come with Unroll: each is its text, and nothing else. */
export const builtinCells: Readonly<Record<CellName, Cell>> = {
  rnn: readCell(rnn, 'rnn.cell'),
  'rnn-relu': readCell(rnnRelu, 'rnn-relu.cell'),
  lstm: readCell(lstm, 'lstm.cell'),
  gru: readCell(gru, 'gru.cell'),
};
