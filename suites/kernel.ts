/** What the workloads that run one operator, or a chain of a few, have in common: inference alone, on drawn values. */
import { uniform } from './generator.js';
import type { GraphBuilder, Value } from './onnx/builder.js';
import { elementCount } from './onnx/graph.js';
import type { Workload } from './workload.js';

export interface Kernel
  extends Pick<
    Workload,
    'name' | 'title' | 'source' | 'family' | 'batches' | 'parameterCount' | 'multiplyAdds'
  > {
  /** Of the input, at a batch. */
  shape(batch: number): readonly number[];
  /** Of the output, at a batch. */
  outputShape(batch: number): readonly number[];
  /** From the input to the output. */
  compute(graph: GraphBuilder, x: Value): Value;
  readonly small?: Kernel;
}

/**
 * Sums of some thousand float32 products in another order differ by less than 1e-5 of their size; a thousand tanh in a row,
 * each an ulp or two off, by less than 1e-4.
 */
const tolerance = { output: 1e-4, loss: 1e-4, gradient: 1e-4, weight: 1e-4 };

export function kernel({ shape, outputShape, compute, small, ...rest }: Kernel): Workload {
  return {
    ...rest,
    modes: ['inference'],
    tolerance,
    build(graph, batch) {
      graph.output(compute(graph, graph.input('x', shape(batch))), outputShape(batch));
    },
    /** Of mean 0 and variance 1. */
    inputs(batch, buffer) {
      const bound = Math.sqrt(3);
      const extents = shape(batch);
      const data = uniform(0, `${rest.name}/${buffer}`, elementCount(extents), -bound, bound);
      return { x: { type: 'float32', shape: extents, data } };
    },
    ...(small ? { small: kernel(small) } : {}),
  };
}
