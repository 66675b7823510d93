import type { TFEOpAttr, TFJSBinding } from '@tensorflow/tfjs-node/dist/tfjs_binding';

/** What TensorFlow's operations are told beside their inputs. */
export function attributesOf(binding: TFJSBinding) {
  const { TF_FLOAT, TF_INT32, TF_BOOL } = binding;
  const type = (name: string, value: number): TFEOpAttr => ({ name, type: binding.TF_ATTR_TYPE, value });
  const flag = (name: string, value: boolean): TFEOpAttr => ({ name, type: binding.TF_ATTR_BOOL, value });
  const count = (name: string, value: number): TFEOpAttr => ({ name, type: binding.TF_ATTR_INT, value });
  const real = (name: string, value: number): TFEOpAttr => ({ name, type: binding.TF_ATTR_FLOAT, value });
  const float = type('T', TF_FLOAT);
  const product = (a: boolean, b: boolean) => [float, flag('transpose_a', a), flag('transpose_b', b)];
  return {
    float,
    plainProduct: product(false, false),
    firstTransposed: product(true, false),
    secondTransposed: product(false, true),
    concat: (parts: number) => [float, count('N', parts), type('Tidx', TF_INT32)],
    split: (parts: number) => [float, count('num_split', parts)],
    splitSizes: (parts: number) => [float, count('num_split', parts), type('Tlen', TF_INT32)],
    pack: (parts: number) => [float, count('N', parts), count('axis', 0)],
    unpack: (parts: number) => [float, count('num', parts), count('axis', 0)],
    transpose: [float, type('Tperm', TF_INT32)],
    transposeWhole: [type('T', TF_INT32), type('Tperm', TF_INT32)],
    reshapeWhole: [type('T', TF_INT32), type('Tshape', TF_INT32)],
    reshape: [float, type('Tshape', TF_INT32)],
    slice: [float, type('Index', TF_INT32)],
    reduce: (keepDims: boolean) => [float, flag('keep_dims', keepDims), type('Tidx', TF_INT32)],
    gather: [type('Tparams', TF_FLOAT), type('Tindices', TF_INT32), type('Taxis', TF_INT32), count('batch_dims', 0)],
    segments: [float, type('Tindices', TF_INT32), type('Tnumsegments', TF_INT32)],
    oneHot: [float, type('TI', TF_INT32), count('axis', 0)],
    fromTruth: [type('SrcT', TF_BOOL), type('DstT', TF_FLOAT), flag('Truncate', false)],
    addAll: (parts: number) => [count('N', parts), float],
    toLong: [type('SrcT', TF_INT32), type('DstT', binding.TF_INT64), flag('Truncate', false)],
    blockLstm: (peepholes: boolean) => [
      ...[float, flag('use_peephole', peepholes)],
      // Nothing is added to the forget gate, and the cell state is left as it is.
      ...[real('forget_bias', 0), real('cell_clip', -1)],
    ],
    blockGradient: (peepholes: boolean) => [float, flag('use_peephole', peepholes)],
    typed: [type('dtype', TF_FLOAT)],
    assign: [type('dtype', TF_FLOAT), flag('validate_shape', false)],
    variable: (name: string): TFEOpAttr[] => [
      type('dtype', TF_FLOAT),
      { name: 'shape', type: binding.TF_ATTR_SHAPE, value: [1] },
      { name: 'container', type: binding.TF_ATTR_STRING, value: '' },
      { name: 'shared_name', type: binding.TF_ATTR_STRING, value: name },
    ],
    applyAdam: [float, flag('use_locking', false), flag('use_nesterov', false)],
    fill: [float, type('index_type', TF_INT32)],
  };
}
