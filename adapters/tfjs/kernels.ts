/**
 * What the WebAssembly backend cannot differentiate: the gradient kernels that each operator needs and that
 * `tf.getKernelsForBackend('wasm')` of version 4.22.0 does not list (a test holds this table against it).
 */
import type { Graph } from '../adapter.js';

export const missingGradientKernels: Readonly<Record<string, readonly string[]>> = {
  Conv: ['Conv2DBackpropFilter'],
};

/** Names of kernels that training this graph would need, with the operator that needs each. */
export function missingForTraining(graph: Graph): string[] {
  const used = new Set(graph.nodes.map((node) => node.operator));
  return Object.entries(missingGradientKernels).flatMap(([operator, kernels]) =>
    used.has(operator) ? kernels.map((kernel) => `${kernel} (gradient of ${operator})`) : [],
  );
}
