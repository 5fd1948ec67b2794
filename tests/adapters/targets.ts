/** The Node targets, and what each is expected to do with the cases. */
import convnetjs from '../../adapters/convnetjs/index.js';
import kerasjs from '../../adapters/kerasjs/index.js';
import onnxruntime from '../../adapters/onnxruntime.js';
import tfjs from '../../adapters/tfjs/index.js';
import { nodeTarget } from './conformance.js';

export const ort = nodeTarget(onnxruntime, 'onnxruntime/cpu');
export const tfjsJs = nodeTarget(tfjs, 'tfjs/js');
export const tfjsWasm = nodeTarget(tfjs, 'tfjs/wasm');
export const kerasJs = nodeTarget(kerasjs, 'kerasjs/js');
export const convnet = nodeTarget(convnetjs, 'convnetjs/js');

/** What the reason says of each case that TensorFlow.js refuses; it agrees on all others. */
export const refusedByTfjs: Readonly<Record<string, RegExp>> = {
  'convolutions: dilations and strides': /Conv .*with dilations 2,2 and strides 2,2/,
  'convolutions: a group for each channel, dilations': /Conv .*with dilations 2,2/,
  'convolutions: two groups': /Conv .*with group 2/,
  'convolutions: over one axis': /Conv .*over 1 spatial axes/,
  'poolings: maximum, ceil_mode that adds a window': /MaxPool .*ceil_mode/,
  'poolings: maximum, dilations': /MaxPool .*dilations/,
  'products: Gemm, C that differs by row': /Gemm .*with C of shape 3×4/,
  'products: MatMul of a constant first': /MatMul .*is a constant/,
  'products: MatMul of two values': /MatMul .*is not a constant/,
  'elementwise: Softmax over the batch': /Softmax .*along the batch axis/,
  'elementwise: Mul by a constant that differs along the batch': /Mul .*differs along the batch/,
  'shapes: Reshape that merges the batch': /Reshape .*batch axis/,
  'shapes: Concat of batches': /Concat .*batch axis/,
  'recurrent: other activations': /LSTM .*activations HardSigmoid/,
  'recurrent: clip': /LSTM .*clip/,
  'recurrent: reverse': /LSTM .*direction reverse/,
};

/** The cases that ConvNetJS expresses; of the others its reason names the operator or the attribute. */
export const acceptedByConvnet: readonly string[] = [
  'convolutions: plain, no bias',
  'convolutions: bias, square, batch 1',
  'convolutions: kernel from the weight, not square',
  'convolutions: stride 2, pads that are not TensorFlow’s same',
  'convolutions: auto_pad VALID',
  'convolutions: followed by Relu',
  'convolutions: followed by Sigmoid',
  'convolutions: followed by Tanh',
  'poolings: maximum',
  'poolings: maximum that overlaps, stride 1',
  'poolings: maximum, padded like ResNet’s',
  'poolings: maximum, ceil_mode without effect',
  'products: Gemm, transB',
  'products: Gemm without C',
  'products: Gemm, weight not transposed',
  'products: Gemm, C of shape 1×units',
  'products: Gemm, batch 1',
  'products: Gemm and Softmax',
  'shapes: picture flattened for a Gemm',
  'shapes: flattened picture, an activation, a Gemm',
  'shapes: flattened picture of one row',
];

/** The cases that Keras.js expresses and computes right. */
export const acceptedByKerasJs: readonly string[] = [
  'products: Gemm, C of one element',
  'recurrent: every state, time first',
  'shapes: picture plus its transposed self',
  'poolings: maximum, not square',
  'elementwise: Softmax over the last of three axes',
  'shapes: global average flattened',
  'shapes: Concat of channels',
  'recurrent: activations written out',
  'shapes: picture regrouped by Reshape',
  'shapes: flattened picture of one row',
  'convolutions: auto_pad VALID',
  'convolutions: followed by Sigmoid',
  'poolings: maximum, SAME_UPPER',
  'convolutions: read by a Relu and by an Add',
  'shapes: Unsqueeze for a Conv',
  'shapes: Unsqueeze and Squeeze, batch 1',
  'recurrent: two layers',
  'convolutions: bias, square, batch 1',
  'convolutions: a pad on every side different',
  'shapes: flattened picture, an activation, a Gemm',
  'shapes: global average squeezed',
  'poolings: maximum, ceil_mode without effect',
  'convolutions: dilations',
  'poolings: maximum',
  'poolings: global average',
  'recurrent: from the rows of a picture',
  'poolings: maximum that overlaps, stride 1',
  'poolings: average',
  'elementwise: Softmax over the last axis',
  'products: Gemm, alpha and beta',
  'poolings: average, pads that do not count',
  'products: MatMul with a constant',
  'recurrent: batch 1, into a Gemm',
  'products: Gemm, weight not transposed',
  'convolutions: stride 2, pads that are not TensorFlow’s same',
  'convolutions: followed by Relu',
  'recurrent: last state, time first',
  'shapes: picture flattened for a Gemm',
  'poolings: global maximum',
  'products: Gemm, transB',
  'products: Gemm, C of shape 1×units',
  'convolutions: plain, no bias',
  'products: Gemm, batch 1',
  'convolutions: followed by Tanh',
  'convolutions: strides that differ',
  'elementwise: batch normalisation of a picture',
  'shapes: transposed picture into a Conv',
  'shapes: Concat along the last axis',
  'convolutions: auto_pad SAME_UPPER',
  'elementwise: batch normalisation of features',
  'poolings: average, pads that count',
  'convolutions: auto_pad SAME_LOWER',
  'products: Gemm without C',
  'shapes: flattened picture as the output',
  'recurrent: batch first by Transpose',
  'products: Gemm and Softmax',
  'shapes: features to a picture',
  'shapes: picture flattened by Reshape for a MatMul',
  'convolutions: kernel from the weight, not square',
];
