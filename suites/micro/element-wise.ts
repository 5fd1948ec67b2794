/**
 * Work that waits for memory: four times relu(x·a + b) over 2²⁰ values an example, a and b vectors of that many weights.
 *
 * Definition of this project. Each of the twelve operators reads and writes 4 MiB or more and does one operation a value, some tenths
 * of an operation a byte, where a processor can do ten: what is timed is memory and whether a framework fuses. An executor
 * that fuses nothing moves 12 times 2·4 MiB and the weights' 32 MiB; one that fuses all moves a third of that.
 *
 * In training the values are the scores of 64 classes at each of 2¹⁴ positions, and a and b learn.
 *
 * The small form has 2¹⁶ values, which lie in a cache.
 */

import type { GraphBuilder, ValueName } from '../../model/builder.js';
import { uniform } from '../../model/random.js';
import { kernel } from '../kernel.js';

const layers = 4;
const classes = 64;

function definitionOf(values: number, name: string) {
  const vector = (graph: GraphBuilder, part: string, middle: number) =>
    graph.parameterOf(part, {
      type: 'float32',
      shape: [values],
      data: uniform(0, part, values, middle - 0.1, middle + 0.1),
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
    // A mean over positions of which each has weights of its own: a step of each is so many times smaller.
    training: { batches: [1, 4], learningRate: values / classes / 16, classes },
  };
}

export default kernel({
  ...definitionOf(2 ** 20, 'element-wise'),
  small: definitionOf(2 ** 16, 'element-wise-small'),
});
