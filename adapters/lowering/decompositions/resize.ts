/** Resize, one axis after the other: `nearest` gathers elements, the other modes are matrix products. */
import { at } from '../../../common/at.js';
import { elementCount } from '../../../model/graph.js';
import { type Emitter, matMul, reshape, scalar, take, where } from '../operations/emitter.js';
import {
  type Interpolation,
  type Recipe,
  recipesOf,
  type Stretch,
  stretchTo,
} from '../operations/interpolation.js';
import type { Operand } from '../operations/operation.js';
import type { Decompositions } from './decomposition.js';
import { spatialOf } from './helpers.js';

/**
 * One axis resized.
 *
 * @param outside extrapolation_value, for tf_crop_and_resize
 * @returns undefined for coordinates or a mode that ONNX does not have
 */
export function stretched(
  p: Emitter,
  x: Operand,
  axis: number,
  settings: Interpolation,
  stretch: Stretch,
  outside: number,
): Operand | undefined {
  const recipes = recipesOf(settings, stretch);
  if (!recipes) return undefined;
  const found =
    settings.mode === 'nearest'
      ? take(
          p,
          x,
          axis,
          // Elements outside the input take any; they are replaced below.
          recipes.map((recipe) => (recipe === null ? 0 : at(recipe.positions, 0))),
        )
      : mixed(p, x, axis, recipes);
  if (!recipes.includes(null)) return found;
  const shape = found.shape.map((_, each) => (each === axis ? recipes.length : 1));
  const isInside = p.literal(
    p.held('bool'),
    shape,
    recipes.map((recipe) => Number(recipe !== null)),
  );
  return where(p, isInside, found, scalar(p, found, outside));
}

function mixed(p: Emitter, x: Operand, axis: number, recipes: readonly Recipe[]): Operand {
  const from = at(x.shape, axis);
  const to = recipes.length;
  const rows = recipes.map((recipe) => {
    const row = Array.from({ length: from }, () => 0);
    recipe?.positions.forEach((position, index) => {
      row[position] = at(row, position) + at(recipe.weights, index);
    });
    return row;
  });
  const outer = elementCount(x.shape.slice(0, axis));
  const inner = elementCount(x.shape.slice(axis + 1));
  const shape = x.shape.map((extent, each) => (each === axis ? to : extent));
  if (inner === 1) {
    const columns = Array.from({ length: from * to }, (_, index) =>
      at(at(rows, index % to), Math.floor(index / to)),
    );
    return reshape(p, matMul(p, reshape(p, x, [outer, from]), p.literal(x.type, [from, to], columns)), shape);
  }
  const matrix = p.literal(x.type, [to, from], rows.flat());
  return reshape(p, matMul(p, matrix, reshape(p, x, [outer, from, inner])), shape);
}

export const resize: Decompositions = {
  Resize: (p, { mode, coordinates, nearest, sizes }, [x]) => {
    const settings = { mode, coordinates, nearest, cubic: -0.75, excludeOutside: false, antialias: false };
    const found = spatialOf(p, x).reduce<Operand | undefined>((whole, axis, index) => {
      const from = at(x.shape, axis);
      const to = at(sizes, index);
      if (!whole || to === from) return whole;
      return stretched(p, whole, axis, settings, stretchTo(from, to), 0);
    }, x);
    return found && [found];
  },
};
