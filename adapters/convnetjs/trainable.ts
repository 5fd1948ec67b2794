/** What ConvNetJS cannot train: it has one loss, and every layer learns both its weights and its biases. */
import type { Graph } from '../adapter.js';
import { refuse } from '../lowering/refusal.js';
import type { LayerList } from './layer-list.js';

/** @throws UnsupportedError naming the weight that it would train, or would not */
export function checkTraining(graph: Graph, { definitions, weighted }: Omit<LayerList, 'form'>): void {
  if (definitions.at(-1)?.type !== 'softmax') {
    refuse('ConvNetJS trains nets that end in a Gemm, which becomes its softmax layer');
  }
  const without = weighted.find((layer) => layer.bias === undefined);
  if (without) refuse(`ConvNetJS would train a bias for ${without.node}, which has none`);
  const held = weighted.flatMap(({ weight, bias }) => (bias === undefined ? [weight] : [weight, bias]));
  const shared = held.find((name, index) => held.indexOf(name) !== index);
  if (shared !== undefined) refuse(`ConvNetJS cannot train the weight ${shared}, which several nodes share`);
  const constant = held.find((name) => !graph.parameters.includes(name));
  if (constant !== undefined) refuse(`ConvNetJS would train the constant ${constant}`);
}
