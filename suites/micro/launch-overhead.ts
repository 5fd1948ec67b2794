/**
 * Launch overhead: chains of 1, 10, 100 and 1000 tanh of eight values.
 *
 * Definition of this project. The slope over the length of the chain is the overhead per operator; the intercept at length 0 is
 * the overhead per call. Two tanh cannot be merged algebraically; a compiler may still fuse the chain into one kernel, which
 * shows in the slope.
 *
 * In training the input is first multiplied by eight trainable weights, and the results are the logits of eight classes. The
 * slope is then the overhead of an operator forward and backward, and the intercept includes loss and update.
 */

import type { GraphBuilder, ValueName } from '../../model/builder.js';
import { uniform } from '../../model/random.js';
import type { Workload } from '../../model/workload.js';
import { kernel } from '../kernel.js';

const values = 8;
/**
 * A chain of a thousand tanh with an error of one or two ulp each is accurate to 1e-4. The gradient is a product of a thousand
 * derivatives, each taken at a rounded value; its error was 1.4e-4 in all frameworks.
 */
const tolerance = { output: 1e-4, loss: 1e-4, gradient: 1e-3, weight: 1e-2 };

function weights(graph: GraphBuilder): ValueName {
  const data = uniform(0, 'launch', values, 0.9, 1.1);
  return graph.parameterOf('weights', { type: 'float32', shape: [values], data });
}

const launchOverhead: readonly Workload[] = [1, 10, 100, 1000].map((nodes) =>
  kernel({
    name: `launch-${nodes}`,
    title: `chain of ${nodes} tanh of ${values} values`,
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
