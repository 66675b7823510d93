import type { TFEOpAttr, TFJSBinding } from '@tensorflow/tfjs-node/dist/tfjs_binding';

const ofOne = [
  ...['Abs', 'Cos', 'Elu', 'Exp', 'Identity', 'Log', 'Relu', 'Rsqrt', 'Sigmoid', 'Sign', 'Sin', 'Softplus', 'Softsign'],
  ...['Sqrt', 'Square', 'Tanh'],
];
const ofTwo = ['AddV2', 'Less', 'Maximum', 'Minimum', 'Mul', 'RealDiv', 'Sub'];

/**
 * Computes something small with every operation that the engine asks TensorFlow for by name (`src/engine/tensorflow`): an older
 * library may lack one, or know it for other types alone.
 *
 * @throws Error that names the first one that does not work
 */
export function tryOperations(binding: TFJSBinding): void {
  const { TF_FLOAT, TF_INT32, TF_BOOL } = binding;
  const types = (given: Readonly<Record<string, number>>): TFEOpAttr[] =>
    Object.entries(given).map(([name, value]) => ({ name, type: binding.TF_ATTR_TYPE, value }));
  const flags = (...names: string[]): TFEOpAttr[] =>
    names.map((name) => ({ name, type: binding.TF_ATTR_BOOL, value: false }));
  const counts = (given: Readonly<Record<string, number>>): TFEOpAttr[] =>
    Object.entries(given).map(([name, value]) => ({ name, type: binding.TF_ATTR_INT, value }));
  const float = types({ T: TF_FLOAT });
  const whole = (...values: number[]) => binding.createTensor([values.length], TF_INT32, Int32Array.from(values));
  const number = (value: number) => binding.createTensor([], TF_INT32, Int32Array.of(value));
  const matrix = binding.createTensor([2, 2], TF_FLOAT, Float32Array.of(1, 2, 3, 4));
  const one = binding.createTensor([], TF_FLOAT, Float32Array.of(1));

  for (const name of ofOne) run(name, [matrix], float);
  for (const name of ofTwo) run(name, [matrix, matrix], float);
  run('MatMul', [matrix, matrix], [...float, ...flags('transpose_a', 'transpose_b')]);
  run('ConcatV2', [matrix, matrix, number(0)], [...types({ T: TF_FLOAT, Tidx: TF_INT32 }), ...counts({ N: 2 })]);
  run('Split', [number(0), matrix], [...float, ...counts({ num_split: 2 })], 2);
  const sizes = [...types({ T: TF_FLOAT, Tlen: TF_INT32 }), ...counts({ num_split: 2 })];
  run('SplitV', [matrix, whole(1, 1), number(0)], sizes, 2);
  run('Pack', [matrix, matrix], [...float, ...counts({ N: 2, axis: 0 })]);
  run('Unpack', [matrix], [...float, ...counts({ num: 2, axis: 0 })], 2);
  for (const [T, value] of [
    [TF_FLOAT, matrix],
    [TF_INT32, binding.createTensor([2, 2], TF_INT32, Int32Array.of(1, 2, 3, 4))],
  ] as const) {
    run('Transpose', [value, whole(1, 0)], types({ T, Tperm: TF_INT32 }));
    run('Reshape', [value, whole(4)], types({ T, Tshape: TF_INT32 }));
  }
  run('Slice', [matrix, whole(0, 0), whole(1, 1)], types({ T: TF_FLOAT, Index: TF_INT32 }));
  for (const name of ['Sum', 'Mean'])
    run(name, [matrix, whole(0)], [...types({ T: TF_FLOAT, Tidx: TF_INT32 }), ...flags('keep_dims')]);
  const gather = types({ Tparams: TF_FLOAT, Tindices: TF_INT32, Taxis: TF_INT32 });
  run('GatherV2', [matrix, whole(0), number(0)], [...gather, ...counts({ batch_dims: 0 })]);
  const segments = types({ T: TF_FLOAT, Tindices: TF_INT32, Tnumsegments: TF_INT32 });
  run('UnsortedSegmentSum', [matrix, whole(0, 1), number(2)], segments);
  run('Cast', run('Less', [matrix, matrix], float), [
    ...types({ SrcT: TF_BOOL, DstT: TF_FLOAT }),
    ...flags('Truncate'),
  ]);
  const [long = -1] = run(
    'Cast',
    [number(1)],
    [...types({ SrcT: TF_INT32, DstT: binding.TF_INT64 }), ...flags('Truncate')],
  );
  run('AddN', [matrix, matrix], [...counts({ N: 2 }), ...float]);
  const floats = (...shape: number[]) => {
    const size = shape.reduce((a, b) => a * b, 1);
    return binding.createTensor(shape, TF_FLOAT, new Float32Array(size));
  };
  // One step of one row of one unit.
  const [row, steps, vector] = [floats(1, 1), floats(1, 1, 1), floats(1)];
  const learned = [floats(2, 4), vector, vector, vector, floats(4)];
  const gradient = [...float, ...flags('use_peephole')];
  const real = { type: binding.TF_ATTR_FLOAT, value: 0 };
  const block = [...gradient, { name: 'forget_bias', ...real }, { name: 'cell_clip', ...real }];
  const made = run('BlockLSTM', [long, steps, row, row, ...learned], block, 7);
  run('BlockLSTMGrad', [long, steps, row, row, ...learned, ...made, steps, steps], gradient, 8);
  run('LSTMBlockCellGrad', [row, row, row, ...learned, row, row, row, row, row, row, row, row], gradient, 5);
  run('OneHot', [whole(0, 1), number(2), one, one], [...types({ T: TF_FLOAT, TI: TF_INT32 }), ...counts({ axis: 0 })]);
  run('L2Loss', [matrix], float);
  const [variable = -1] = run(
    'VarHandleOp',
    [],
    [
      ...types({ dtype: TF_FLOAT }),
      { name: 'shape', type: binding.TF_ATTR_SHAPE, value: [1] },
      { name: 'container', type: binding.TF_ATTR_STRING, value: '' },
      { name: 'shared_name', type: binding.TF_ATTR_STRING, value: 'unroll' },
    ],
  );
  const dtype = types({ dtype: TF_FLOAT });
  run('AssignVariableOp', [variable, matrix], [...dtype, ...flags('validate_shape')], 0);
  const state = [variable, variable, variable, one, one, one, one, one, one];
  run('ResourceApplyAdam', [...state, matrix], [...float, ...flags('use_locking', 'use_nesterov')], 0);
  run('ReadVariableOp', [variable], dtype);
  run('Fill', [whole(2), one], types({ T: TF_FLOAT, index_type: TF_INT32 }));

  function run(name: string, inputs: number[], attributes: TFEOpAttr[], results = 1): number[] {
    try {
      return binding.executeOp(name, attributes, inputs, results).map(({ id }) => id);
    } catch (error) {
      throw new Error(`its operation ${name} does not work: ${error instanceof Error ? error.message : error}`);
    }
  }
}
