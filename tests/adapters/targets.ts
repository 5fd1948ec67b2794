/** The Node targets, and what each is expected to do with the cases. */
import convnetjs from '../../adapters/convnetjs/index.js';
import onnxruntime from '../../adapters/onnxruntime.js';
import tfjs from '../../adapters/tfjs/index.js';
import { nodeTarget } from './conformance.js';

export const ort = nodeTarget(onnxruntime, 'onnxruntime/cpu');
export const tfjsJs = nodeTarget(tfjs, 'tfjs/js');
export const tfjsWasm = nodeTarget(tfjs, 'tfjs/wasm');
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
