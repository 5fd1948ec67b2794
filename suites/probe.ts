/**
 * Models with which the speed of a target is probed, of some hundred million multiply-adds each. A target reaches a higher rate
 * on them than on most networks of the same kind, so that a prediction is optimistic rather than pessimistic.
 *
 * - `convolution`: 3 × 3 over 64 channels of 56 × 56, as in the second stage of ResNet-18 (He et al., 2016, table 1); for all
 *   models that are not mainly recurrent.
 * - `recurrence`: an LSTM of 256 units over 8 steps of 32 examples: few dependent steps, each a product that is large enough to
 *   keep a processor busy.
 */
import { createHash } from 'node:crypto';
import type { ArtefactSource } from '../model/artefact/source.js';
import { GraphBuilder, type ValueName } from '../model/builder.js';
import { elementCount } from '../model/graph.js';
import { readModel } from '../model/import/read-model.js';
import { bindShapes } from '../model/inputs/bind-shapes.js';
import { uniform } from '../model/random.js';

export const probeNames = ['convolution', 'recurrence'] as const;
export type ProbeName = (typeof probeNames)[number];

interface Probe {
  readonly multiplyAdds: number;
  readonly input: readonly number[];
  readonly output: readonly number[];
  build(graph: GraphBuilder, x: ValueName): ValueName;
}

export const probes: Readonly<Record<ProbeName, Probe>> = {
  convolution: {
    multiplyAdds: 64 * 56 * 56 * 64 * 9,
    input: [1, 64, 56, 56],
    output: [1, 64, 56, 56],
    build: (graph, x) => graph.conv(x, 'conv', 64, 64, 3, 1),
  },
  recurrence: {
    multiplyAdds: 8 * 32 * 4 * 256 * (256 + 256),
    input: [8, 32, 256],
    output: [1, 32, 256],
    build: (graph, x) => graph.lstm(x, 'lstm', 256, 256),
  },
};

/** Key of the probe among the artefacts of a run. */
export function probeKey(name: ProbeName): string {
  return `probe ${name}`;
}

export function probeSource(name: ProbeName): ArtefactSource {
  const { input, output, build } = probes[name];
  const graph = new GraphBuilder('probe', 0);
  graph.output(build(graph, graph.input('x', input)), output);
  const { bytes } = graph.finish();
  const model = readModel(bytes, 'probe');
  const data = uniform(0, 'probe', elementCount(input), -1, 1);
  return {
    workload: `probe-${name}`,
    mode: 'inference',
    batch: 1,
    seed: 0,
    model,
    modelDigest: createHash('sha256').update(bytes).digest(),
    parameters: [],
    inputInfo: bindShapes(model, {}),
    inputs: [{ x: { type: 'float32', shape: input, data } }],
    tolerance: { output: 1e-4, loss: 1e-4, gradient: 1e-4, weight: 1e-4 },
  };
}
