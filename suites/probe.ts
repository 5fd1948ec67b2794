/**
 * A model that tells how fast a target computes: one convolution of 3 × 3 over 64 channels of 56 × 56, as in the second
 * stage of ResNet-18 (He et al., 2016, table 1), 115,605,504 multiply-adds. It is what most networks spend their time on,
 * so what a target makes of it is more than it makes of others: a prediction from it is too good rather than too bad.
 */
import { createHash } from 'node:crypto';
import { uniform } from './generator.js';
import type { Source } from './onnx/artefact-source.js';
import { bindInputs } from './onnx/bind.js';
import { GraphBuilder } from './onnx/builder.js';
import { elementCount } from './onnx/graph.js';
import { readModel } from './onnx/reader.js';

const shape = [1, 64, 56, 56];
export const probeMultiplyAdds = 64 * 56 * 56 * 64 * 9;

export function probeSource(): Source {
  const graph = new GraphBuilder('probe', 0);
  const image = graph.input('image', shape);
  graph.output(graph.conv(image, 'conv', 64, 64, 3, 1), shape);
  const { bytes } = graph.finish();
  const model = readModel(bytes, 'probe');
  const data = uniform(0, 'probe', elementCount(shape), -1, 1);
  return {
    workload: 'probe',
    mode: 'inference',
    batch: 1,
    seed: 0,
    model,
    modelDigest: createHash('sha256').update(bytes).digest(),
    parameters: [],
    inputInfo: bindInputs(model, {}),
    inputs: [{ image: { type: 'float32', shape, data } }],
    tolerance: { output: 1e-4, loss: 1e-4, gradient: 1e-4, weight: 1e-4 },
  };
}
