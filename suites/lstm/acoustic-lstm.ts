/**
 * Acoustic models over sequences of 123 features: one LSTM layer of 320 units, and four bidirectional ones.
 *
 * Source: Braun, "LSTM benchmarks for deep learning frameworks" (2018, arXiv:1806.01818) and
 * github.com/stefbraun/rnn_benchmarks: 25 sequences of 1000 steps of 123 values, uniform between −1 and 1, a linear layer of 25
 * classes without bias on the last step, cross-entropy, Adam. Batch 1 is the case of streaming recognition. The repository's
 * README counts "~578K" and "~8.5M" parameters; the difference is cuDNN's second bias, which is not trained here (see
 * row-lstm.ts): 1,280 of 577,600 and 10,240 of 8,543,360.
 *
 * There the linear layer reads the last step of both directions, where the backward direction has processed a single step.
 * Here it reads the last state of each direction, as in Keras's `Bidirectional`, so that the result depends on every step.
 *
 * The small forms have 64 units and 50 steps.
 */

import { defined } from '../../common/at.js';
import type { GraphBuilder, ValueName } from '../../model/builder.js';
import { uniform } from '../../model/random.js';
import type { Workload } from '../../model/workload.js';
import { type Classifier, classifier } from '../classifier.js';
import { defaultAdam } from '../optimisers.js';

const features = 123;
const classes = 25;
/** 40 seconds of speech. */
const maxLength = 4000;

interface Shape {
  readonly steps: number;
  readonly hidden: number;
  readonly layers: number;
  readonly bidirectional: boolean;
}

function network(graph: GraphBuilder, x: ValueName, batch: number, shape: Shape): ValueName {
  const { steps, hidden, layers, bidirectional } = shape;
  const width = bidirectional ? 2 * hidden : hidden;
  let sequence = graph.transpose(x, [1, 0, 2]);
  for (let layer = 1; layer < layers; layer++) {
    const inputs = layer === 1 ? features : width;
    const [all] = graph.lstmLayer(sequence, `lstm${layer}`, { inputs, hidden, bidirectional }, ['all']);
    sequence = graph.reshape(graph.transpose(all, [0, 2, 1, 3]), [steps, batch, width]);
  }
  const inputs = layers === 1 ? features : width;
  const [last] = graph.lstmLayer(sequence, `lstm${layers}`, { inputs, hidden, bidirectional }, ['last']);
  const states = graph.flatten(graph.transpose(last, [1, 0, 2]));
  // Hidden states are of order 1/4; a gain of 16 gives logits of order 1.
  return graph.node('Gemm', [states, graph.parameter('fc', [width, classes], width, 16)]);
}

function parametersOf({ hidden, layers, bidirectional }: Shape): number {
  const directions = bidirectional ? 2 : 1;
  const perUnit = (inputs: number) => inputs + hidden + 1;
  const first = perUnit(features);
  const others = (layers - 1) * perUnit(directions * hidden);
  return directions * (4 * hidden * (first + others) + hidden * classes);
}

function multiplyAddsOf({ steps, hidden, layers, bidirectional }: Shape): number {
  const directions = bidirectional ? 2 : 1;
  const inputs = features + hidden + (layers - 1) * (directions + 1) * hidden;
  return directions * (steps * 4 * hidden * inputs + hidden * classes);
}

function form(
  shape: Shape,
): Pick<
  Classifier,
  'parameterCount' | 'multiplyAdds' | 'example' | 'classes' | 'logits' | 'inputs' | 'tolerance'
> {
  return {
    parameterCount: parametersOf(shape),
    multiplyAdds: multiplyAddsOf(shape),
    example: [shape.steps, features],
    classes,
    logits: (graph, x, _mode, batch) => network(graph, x, batch, shape),
    inputs: (batch, buffer) => ({
      data: uniform(0, `acoustic/${shape.steps}/${buffer}`, batch * shape.steps * features, -1, 1),
      labels: Int32Array.from({ length: batch }, (_, index) => (buffer * batch + index) % classes),
    }),
  };
}

const defaultSteps = 1000;
const defaultStepsSmall = 50;

/** @param kind for the title @param lengths steps of the full form and of the small one */
function workload(
  layers: number,
  bidirectional: boolean,
  kind: string,
  [steps, smallSteps] = [defaultSteps, defaultStepsSmall],
): Workload {
  const withSteps = (full: number, small: number) => workload(layers, bidirectional, kind, [full, small]);
  const name = `acoustic-${layers}x320`;
  return classifier({
    name,
    title: `${kind} of 320 units over ${steps} steps of 123 features`,
    source: 'Braun, LSTM benchmarks for deep learning frameworks (2018, arXiv:1806.01818)',
    family: 'lstm',
    batches: [1, 25],
    optimiser: defaultAdam,
    ...form({ steps, hidden: 320, layers, bidirectional }),
    sequence: {
      length: steps,
      defaultLength: defaultSteps,
      maxLength,
      withLength: (length) => withSteps(length, smallSteps),
    },
    small: {
      title: `${kind} of 64 units over ${smallSteps} steps of 123 features`,
      ...form({ steps: smallSteps, hidden: 64, layers, bidirectional }),
      sequence: {
        length: smallSteps,
        defaultLength: defaultStepsSmall,
        maxLength,
        withLength: (length) => defined(withSteps(steps, length).small, `the small form of ${name}`),
      },
    },
  });
}

export default [workload(1, false, 'an LSTM layer'), workload(4, true, 'four bidirectional LSTM layers')];
