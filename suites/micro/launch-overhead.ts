/**
 * What a call and each of its operators cost when they compute next to nothing: chains of 1, 10, 100 and 1000 tanh of eight values.
 *
 * Definition of this project, after the question that users ask of eager frameworks: the slope over the chain's length is an
 * operator's overhead, what is left at length 0 is the call's. Tanh, because no rule of algebra folds two of them into one; a
 * compiler may still make one kernel of all, and its slope then says so.
 *
 * In training the input is first multiplied by eight weights, which learn to have the last values tell eight classes apart: the slope
 * is then what an operator costs forward and backward, and what is left at length 0 the loss and the update too.
 */

import type { GraphBuilder, ValueName } from '../../model/builder.js';
import { uniform } from '../../model/random.js';
import type { Workload } from '../../model/workload.js';
import { kernel } from '../kernel.js';

const values = 8;
/**
 * A thousand tanh in a row, each an ulp or two off, are off by less than 1e-4 together; so is a gradient that is the product of a thousand
 * slopes, of which all frameworks' is off by 1.4e-4, since the slope at a rounded tanh is not that at the exact one.
 */
const tolerance = { output: 1e-4, loss: 1e-4, gradient: 1e-3, weight: 1e-2 };

function weights(graph: GraphBuilder): ValueName {
  const data = uniform(0, 'launch', values, 0.9, 1.1);
  return graph.parameterOf('weights', { type: 'float32', shape: [values], data });
}

const launchOverhead: readonly Workload[] = [1, 10, 100, 1000].map((nodes) =>
  kernel({
    name: `launch-${nodes}`,
    title: `${nodes} tanh of ${values} values, one after the other`,
    source: 'definition of this project: launch overhead',
    family: 'micro',
    batches: [1],
    parameterCount: values,
    multiplyAdds: 0,
    shape: (batch) => [batch, values],
    outputShape: (batch) => [batch, values],
    compute(graph, x, mode) {
      const first = mode === 'training' ? graph.node('Mul', [x, weights(graph)]) : x;
      return Array.from({ length: nodes }).reduce<ValueName>((y) => graph.node('Tanh', [y]), first);
    },
    training: { batches: [1], learningRate: 0.1 },
    tolerance,
  }),
);
export default launchOverhead;
