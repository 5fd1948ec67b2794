/** The floating-point arithmetic of a graph. */
import { floatPrecisions, type Precision } from '../common/vocabulary.js';
import { type DataType, elementCount, type Graph } from './graph.js';

/**
 * The type of most elements of the floating-point weights; of the inputs and values where there are no such weights.
 * Small constants of another type, such as the epsilon of a normalisation, do not decide. Graphs of integers alone count
 * as float32, which they do not use.
 *
 * @param held the type in which a target holds each type of the graph; by default its own
 */
export function precisionOf(graph: Graph, held: (type: DataType) => DataType = (type) => type): Precision {
  for (const tensors of [graph.weights, graph.inputs, Object.values(graph.values)]) {
    const elements = new Map<Precision, number>();
    for (const { type, shape } of tensors) {
      const precision = floatPrecisions.find((name) => name === held(type));
      if (!precision) continue;
      elements.set(precision, (elements.get(precision) ?? 0) + elementCount(shape));
    }
    const [most] = [...elements].sort(([, one], [, other]) => other - one);
    if (most) return most[0];
  }
  return 'float32';
}
