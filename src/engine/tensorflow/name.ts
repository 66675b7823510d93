/** TF.js's name of its backend on TensorFlow. */
export const tensorFlowName = 'tensorflow';

/** Kernels of the optimizer, which TensorFlow alone has. */
export const adamKernels = { squares: 'UnrollTensorFlowSquares', step: 'UnrollTensorFlowAdam' } as const;
