import type { UserError } from '../../base/user-error';
import { excerpt } from '../../base/visible';
import { type LayerCell, standardLayers } from './cells';
import { field, type LayerConfig } from './topology';

/** A recurrent layer of one direction. */
export interface Recurrent {
  readonly cell: LayerCell;
  readonly units: number;
  readonly useBias: boolean;
  readonly returnSequences: boolean;
  readonly goesBackwards: boolean;
}

/** What a layer is where its configuration does not say: TF.js' own. */
const usual: Readonly<Record<string, unknown>> = { activation: 'tanh', recurrent_activation: 'hard_sigmoid' };

/** @param complain makes the error of what Unroll has no cell for, from why and the way out */
export function recurrentOf(
  { className, config }: LayerConfig,
  complain: (why: string, wayOut: string) => UserError,
): Recurrent {
  const activation = (name: string) => String(field(config, name) ?? usual[name]);
  const found = (['rnn', 'rnn-relu', 'lstm', 'gru-reset-before'] as const).filter(
    (cell) => standardLayers[cell].className === className,
  );
  if (found.length === 0) throw complain(`is of ${excerpt(className)}`, 'SimpleRNN, LSTM and GRU are read.');
  const cell = found.find((name) => standardLayers[name].activation === activation('activation'));
  if (!cell)
    throw complain(
      `has the activation ${excerpt(activation('activation'))}`,
      `Unroll has ${found.map((name) => standardLayers[name].activation).join(' and ')} there.`,
    );
  const { recurrentActivation } = standardLayers[cell];
  const gates = activation('recurrent_activation');
  if (recurrentActivation && gates !== recurrentActivation)
    throw complain(
      `has gates of ${excerpt(gates)} (recurrent_activation)`,
      'Unroll reads gates of sigmoid; train the model with these.',
    );
  if (className === 'GRU' && field(config, 'reset_after') === true)
    throw complain(
      'resets after the product (reset_after: true), which TF.js has no layer for',
      'Make it with reset_after: false.',
    );
  for (const name of ['return_state', 'time_major'])
    if (field(config, name) === true) throw complain(`has ${name}: true`, 'Make it without.');
  const units = field(config, 'units');
  if (!Number.isSafeInteger(units) || Number(units) < 1) throw complain('has no units', 'Save the model again.');
  return {
    cell,
    units: Number(units),
    useBias: field(config, 'use_bias') !== false,
    returnSequences: field(config, 'return_sequences') === true,
    goesBackwards: field(config, 'go_backwards') === true,
  };
}
