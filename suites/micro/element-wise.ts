/**
 * Memory-bound element-wise work: four times relu(x·a + b) over 2²⁰ values per example, with weight vectors a and b of that size.
 *
 * Definition of this project. Each of the twelve operators reads and writes at least 4 MiB and does one operation per value: an
 * arithmetic intensity of some tenths of an operation per byte, where a processor needs about ten to be compute-bound. The time
 * depends on memory bandwidth and on fusion. Without fusion 12 times 2·4 MiB and the weights' 32 MiB are moved; with complete
 * fusion a third of that.
 *
 * In training the values are the logits of 64 classes at each of 2¹⁴ positions, and a and b are trained.
 *
 * The small form has 2¹⁶ values, which fit into a cache.
 */

import type { GraphBuilder, ValueName } from '../../model/builder.js';
import { uniform } from '../../model/random.js';
import { kernel } from '../kernel.js';

const layers = 4;
const classes = 64;

function definitionOf(values: number, name: string) {
  const vector = (graph: GraphBuilder, name: string, centre: number) =>
    graph.parameterOf(name, {
      type: 'float32',
      shape: [values],
      data: uniform(0, name, values, centre - 0.1, centre + 0.1),
    });
  return {
    name,
    title: `${layers} times relu(x·a + b) over ${values} values`,
    source: 'definition of this project: memory-bound element-wise work',
    family: 'micro' as const,
    batches: [1, 4],
    parameterCount: layers * 2 * values,
    multiplyAdds: 0,
    shape: (batch: number) => [batch, values],
    outputShape: (batch: number) => [batch, values],
    compute(graph: GraphBuilder, x: ValueName): ValueName {
      return Array.from({ length: layers }, (_, layer) => layer).reduce((y, layer) => {
        const scaled = graph.node('Mul', [y, vector(graph, `a${layer}`, 1)]);
        return graph.relu(graph.add(scaled, vector(graph, `b${layer}`, 0)));
      }, x);
    },
    // The loss is a mean over positions that have separate weights, so that the learning rate grows with their number.
    training: { batches: [1, 4], learningRate: values / classes / 16, classes },
  };
}

export default kernel({
  ...definitionOf(2 ** 20, 'element-wise'),
  small: definitionOf(2 ** 16, 'element-wise-small'),
});
