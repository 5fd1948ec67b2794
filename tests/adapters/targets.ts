/** The Node targets that are tested in this process. */
import convnetjs from '../../adapters/convnetjs/index.js';
import kerasjs from '../../adapters/kerasjs/index.js';
import onnxruntime from '../../adapters/onnxruntime/index.js';
import tfjs from '../../adapters/tfjs/index.js';
import { nodeTarget } from './conformance.js';

export const ort = nodeTarget(onnxruntime, 'onnxruntime/cpu');
export const ortWasm = nodeTarget(onnxruntime, 'onnxruntime/wasm');
export const tfjsJs = nodeTarget(tfjs, 'tfjs/js');
export const tfjsWasm = nodeTarget(tfjs, 'tfjs/wasm');
export const kerasJs = nodeTarget(kerasjs, 'kerasjs/js');
export const convnet = nodeTarget(convnetjs, 'convnetjs/js');
