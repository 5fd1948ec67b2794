/** Layout of the graph's inputs: that of the framework's users, so that nothing is transposed before its layers. */
import type { Graph } from '../adapter.js';
import { type GraphNode, integer } from './attributes.js';
import type { Capabilities } from './capabilities.js';
import { imageAxes } from './operations/layout.js';

/** ONNX axis at each native position of an input. */
export function inputAxes(
  graph: Graph,
  capabilities: Capabilities,
  { name, shape }: Graph['inputs'][number],
): readonly number[] {
  const axes = shape.map((_, axis) => axis);
  if (shape.length > 2 && capabilities.channels === 'last' && isImage(graph, name))
    return imageAxes('last', shape.length);
  return recurrentAxes(graph, capabilities, name) ?? axes;
}

/** Operators that an image may pass before its first convolution or pooling. */
const elementwise = /^(Add|Sub|Mul|Div|Clip|Cast|Relu|Sigmoid|Tanh|Identity|Dropout)$/;

function isImage({ nodes }: Graph, name: string): boolean {
  const [seen, open] = [new Set([name]), [name]];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    for (const { operator, inputs, outputs } of nodes) {
      if (inputs[0] === value && /^(QLinear)?Conv|Pool$/.test(operator)) return true;
      const next = elementwise.test(operator) && inputs.includes(value) ? outputs[0] : undefined;
      if (!next || seen.has(next)) continue;
      seen.add(next);
      open.push(next);
    }
  }
  return false;
}

/** Layout of a sequence or state that a recurrent layer reads, in the backend's form. */
function recurrentAxes(
  { nodes }: Graph,
  { recurrent }: Capabilities,
  name: string,
): readonly number[] | undefined {
  const layers = nodes.filter(({ operator }) => /^(LSTM|GRU|RNN)$/.test(operator));
  const batchFirst = (node: GraphNode) => (integer(node, 'layout', 0) === 1 ? [0, 1, 2] : [1, 0, 2]);
  const ofSequence = layers.find(({ inputs }) => inputs[0] === name);
  if (ofSequence && recurrent?.batchFirst) return batchFirst(ofSequence);
  const ofState = layers.find(({ inputs }) => inputs[5] === name || inputs[6] === name);
  return ofState && recurrent?.states === 'joined' ? batchFirst(ofState) : undefined;
}
