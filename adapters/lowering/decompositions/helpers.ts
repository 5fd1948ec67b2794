/** Shared by the decompositions of operations over windows. */
import { at, leading } from '../../../common/at.js';
import { type Emitter, reshape } from '../operations/emitter.js';
import { spatialAxes } from '../operations/layout.js';
import type { Operand, OperationKind, Operations, Pads, PerAxis } from '../operations/operation.js';
import type { Decomposition } from './decomposition.js';

/** The first decomposition that applies. */
export function firstOf<Kind extends OperationKind>(
  ...ways: readonly Decomposition<Kind>[]
): Decomposition<Kind> {
  return (p, settings, inputs, results) => {
    for (const way of ways) {
      const found = way(p, settings, inputs, results);
      if (found) return found;
    }
    return undefined;
  };
}

export function spatialOf(p: Emitter, x: Operand): readonly number[] {
  return spatialAxes(p.capabilities.channels, x.shape.length);
}

export function isPadded(pads: Pads): boolean {
  return pads.some(([before, behind]) => before > 0 || behind > 0);
}

export const noPads = (like: PerAxis): Pads => like.map(() => [0, 0]);

/** Pads of the spatial axes as pads of every axis. */
export function around(p: Emitter, x: Operand, pads: Pads): Pads {
  const spatial = spatialOf(p, x);
  return x.shape.map((_, axis) => (spatial.includes(axis) ? at(pads, spatial.indexOf(axis)) : [0, 0]));
}

/** An image of one spatial axis with another one of extent 1 before it. */
export function lifted(p: Emitter, x: Operand): Operand {
  const [axis] = leading(spatialOf(p, x), 1);
  return reshape(p, x, liftedShape(x.shape, axis));
}

/** Strides, dilations and pads of one axis as those of two: see `lifted`. */
export function liftedWindow({
  strides,
  dilations,
  pads,
}: Pick<Operations['Conv'], 'strides' | 'dilations' | 'pads'>) {
  return {
    strides: [1, ...strides],
    dilations: [1, ...dilations],
    pads: [[0, 0] as const, ...pads],
  };
}

export function liftedShape(shape: readonly number[], axis: number): readonly number[] {
  return [...shape.slice(0, axis), 1, ...shape.slice(axis)];
}
