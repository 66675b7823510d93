import { builtinCell } from '../../cells/builtin';
import type { Cell } from '../../cells/expression';

/** Cells that the TF.js layers format has a layer for. */
export const layerCells = ['rnn', 'rnn-relu', 'irnn', 'lstm', 'gru-reset-before'] as const;
export type LayerCell = (typeof layerCells)[number];

/** A recurrent layer of the format: its class, what computes in it, and its gates by our names in the order of its columns. */
export interface StandardLayer {
  readonly className: 'SimpleRNN' | 'LSTM' | 'GRU';
  readonly activation: 'tanh' | 'relu';
  /** Of the gates, where there are some. */
  readonly recurrentActivation?: 'sigmoid';
  readonly gates: readonly string[];
}

const rectified: StandardLayer = { className: 'SimpleRNN', activation: 'relu', gates: ['h'] };
const gated = { activation: 'tanh', recurrentActivation: 'sigmoid' } as const;

/** What is old is weighed by z in ours and theirs alike, so that no sign changes. */
export const standardLayers: Readonly<Record<LayerCell, StandardLayer>> = {
  rnn: { className: 'SimpleRNN', activation: 'tanh', gates: ['h'] },
  'rnn-relu': rectified,
  irnn: rectified,
  lstm: { className: 'LSTM', ...gated, gates: ['i', 'f', 'g', 'o'] },
  'gru-reset-before': { className: 'GRU', ...gated, gates: ['z', 'r', 'n'] },
};

/** Which of them a cell is, by its equations; undefined: none. */
export function layerCellOf(cell: Cell): LayerCell | undefined {
  const written = ({ states, params, equations }: Cell) => JSON.stringify([states, params, equations]);
  return layerCells.find((name) => written(builtinCell(name)) === written(cell));
}

/** Matrices [rows, units] side by side: [rows, gates · units]. */
export function joinGates(gates: readonly Float32Array[], units: number): Float32Array {
  const rows = (gates[0]?.length ?? 0) / units;
  const joined = new Float32Array(gates.length * rows * units);
  for (const [gate, values] of gates.entries()) {
    for (let row = 0; row < rows; row++)
      joined.set(values.subarray(row * units, (row + 1) * units), (row * gates.length + gate) * units);
  }
  return joined;
}

/** The other way round. */
export function splitGates(joined: Float32Array, count: number, units: number): Float32Array[] {
  const rows = joined.length / count / units;
  return Array.from({ length: count }, (_, gate) => {
    const values = new Float32Array(rows * units);
    for (let row = 0; row < rows; row++) {
      const from = (row * count + gate) * units;
      values.set(joined.subarray(from, from + units), row * units);
    }
    return values;
  });
}
