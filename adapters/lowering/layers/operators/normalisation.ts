/** Softmax over one axis, and BatchNormalization with its learnt statistics. */
import { type GraphNode, integer, number } from '../../attributes.js';
import { refuse } from '../../refusal.js';
import { batchAxis, extent } from '../../value.js';
import type { Planner } from '../planner.js';
import { plainWeight } from '../weights.js';

export function softmax(node: GraphNode, planner: Planner): void {
  const given = planner.plain(planner.value(node.inputs[0]));
  const rank = given.shape.length;
  // Until operator set 13 the axes from `axis` on were taken together.
  const together = planner.graph.opset < 13;
  const axis = (integer(node, 'axis', together ? 1 : -1) + rank) % rank;
  const behind = given.shape.slice(axis + 1);
  if (together && behind.some((length) => length !== 1))
    refuse(`with axis ${axis} of ${rank} before opset 13`);
  if (axis === batchAxis(given)) {
    const over = planner.layer({ kind: 'softmaxOverBatch' }, [given.tensor]);
    planner.define(node.outputs[0] ?? '', { ...given, tensor: over });
    return;
  }
  const others = given.axes.filter((other) => other !== axis);
  const x = planner.arrange(given, [...others, axis]);
  const tensor = planner.layer({ kind: 'activation', activation: 'softmax' }, [x.tensor]);
  planner.define(node.outputs[0] ?? '', { ...x, tensor });
}

export function batchNormalisation(node: GraphNode, planner: Planner): void {
  const learns = integer(node, 'training_mode', 0) !== 0;
  if (learns !== (planner.mode === 'training'))
    refuse(`with training_mode ${Number(learns)} in ${planner.mode}`);
  if (integer(node, 'spatial', 1) !== 1) refuse('with spatial 0');
  const given = planner.plain(planner.value(node.inputs[0]));
  if (given.shape.length < 2 || batchAxis(given) === 1) refuse('over the batch axis');
  const x = planner.arrange(given, [...given.axes.filter((axis) => axis !== 1), 1]);
  const channels = [extent(x, 1)];
  const weights = node.inputs
    .slice(1, 5)
    .map((name) => plainWeight(name, planner.constantShape(name), channels));
  const epsilon = number(node, 'epsilon', 1e-5);
  const momentum = number(node, 'momentum', 0.9);
  const definition = { kind: 'batchNormalization', epsilon, momentum, learns } as const;
  const tensor = planner.layer(definition, [x.tensor], weights);
  planner.define(node.outputs[0] ?? '', { ...x, tensor });
}
