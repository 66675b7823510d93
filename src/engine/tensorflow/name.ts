/** TF.js's name of its backend on TensorFlow. */
export const tensorFlowName = 'tensorflow';
