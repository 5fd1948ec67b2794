/** What several groups of cases draw with. */
import type { GraphBuilder, ValueName } from '../../model/builder.js';
import type { Attribute } from '../../model/graph.js';
import { integers, tensor } from './draw.js';

export type Attributes = Readonly<Record<string, Attribute>>;

export function matMul(g: GraphBuilder, x: ValueName, weight: readonly number[]): ValueName {
  return g.node('MatMul', [x, g.constant('w', tensor(weight))]);
}

export function reshape(g: GraphBuilder, x: ValueName, shape: readonly number[]): ValueName {
  return g.node('Reshape', [x, g.constant('shape', integers(shape))]);
}
