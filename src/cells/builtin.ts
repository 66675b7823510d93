import type { CellName } from '../configuration/run';
import convGru from './builtin/conv-gru.cell?raw';
import convLstm from './builtin/conv-lstm.cell?raw';
import echoState from './builtin/echo-state.cell?raw';
import gru from './builtin/gru.cell?raw';
import gruResetBefore from './builtin/gru-reset-before.cell?raw';
import indrnn from './builtin/indrnn.cell?raw';
import irnn from './builtin/irnn.cell?raw';
import leakyIntegrator from './builtin/leaky-integrator.cell?raw';
import lem from './builtin/lem.cell?raw';
import lstm from './builtin/lstm.cell?raw';
import lstmCoupled from './builtin/lstm-coupled.cell?raw';
import lstmLayernorm from './builtin/lstm-layernorm.cell?raw';
import lstmPeephole from './builtin/lstm-peephole.cell?raw';
import mgu from './builtin/mgu.cell?raw';
import minGru from './builtin/min-gru.cell?raw';
import minLstm from './builtin/min-lstm.cell?raw';
import minimalRnn from './builtin/minimal-rnn.cell?raw';
import rnn from './builtin/rnn.cell?raw';
import rnnRelu from './builtin/rnn-relu.cell?raw';
import sru from './builtin/sru.cell?raw';
import ugrnn from './builtin/ugrnn.cell?raw';
import type { Cell } from './expression';
import { readCell } from './language/read';

/** The texts of the cells that come with Unroll. */
export const builtinTexts: Readonly<Record<CellName, string>> = {
  rnn,
  'rnn-relu': rnnRelu,
  irnn,
  lstm,
  'lstm-peephole': lstmPeephole,
  'lstm-coupled': lstmCoupled,
  'lstm-layernorm': lstmLayernorm,
  gru,
  'gru-reset-before': gruResetBefore,
  mgu,
  'minimal-rnn': minimalRnn,
  ugrnn,
  indrnn,
  sru,
  'min-gru': minGru,
  'min-lstm': minLstm,
  lem,
  'leaky-integrator': leakyIntegrator,
  'echo-state': echoState,
  'conv-lstm': convLstm,
  'conv-gru': convGru,
};

const read = new Map<CellName, Cell>();

/** A cell that comes with Unroll: its text, read when it is first asked for. */
export function builtinCell(name: CellName): Cell {
  const known = read.get(name);
  if (known) return known;
  const cell = readCell(builtinTexts[name], `${name}.cell`);
  read.set(name, cell);
  return cell;
}
