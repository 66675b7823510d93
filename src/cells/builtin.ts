import type { CellName } from '../configuration/run';
import { add, type Cell, linear, multiply, relu, sigmoid, subtract, tanh, x } from './expression';

const rnn: Cell = {
  name: 'rnn',
  paper: 'Elman 1990, Finding structure in time',
  states: ['h'],
  equations: [{ name: "h'", expression: tanh(linear([x, 'h'])) }],
};

const rnnRelu: Cell = {
  name: 'rnn-relu',
  paper: 'Elman 1990, with rectified units (Nair and Hinton 2010)',
  states: ['h'],
  equations: [{ name: "h'", expression: relu(linear([x, 'h'])) }],
};

/** The forget gate starts open (Jozefowicz et al. 2015), so that a gradient reaches far back from the first step on. */
const lstm: Cell = {
  name: 'lstm',
  paper: 'Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000',
  states: ['h', 'c'],
  equations: [
    { name: 'i', expression: sigmoid(linear([x, 'h'])) },
    { name: 'f', expression: sigmoid(linear([x, 'h'], { bias: 1 })) },
    { name: 'g', expression: tanh(linear([x, 'h'])) },
    { name: 'o', expression: sigmoid(linear([x, 'h'])) },
    { name: "c'", expression: add(multiply('f', 'c'), multiply('i', 'g')) },
    { name: "h'", expression: multiply('o', tanh("c'")) },
  ],
};

/** Reset after the product, as cuDNN and PyTorch have it. */
const gru: Cell = {
  name: 'gru',
  paper: 'Cho et al. 2014, Learning phrase representations using RNN encoder-decoder',
  states: ['h'],
  equations: [
    { name: 'r', expression: sigmoid(linear([x, 'h'])) },
    { name: 'z', expression: sigmoid(linear([x, 'h'])) },
    { name: 'n', expression: tanh(add(linear([x]), multiply('r', linear(['h'])))) },
    { name: "h'", expression: add(multiply(subtract(1, 'z'), 'n'), multiply('z', 'h')) },
  ],
};

export const builtinCells: Readonly<Record<CellName, Cell>> = { rnn, 'rnn-relu': rnnRelu, lstm, gru };
