/**
 * Which cells of two runs are the same: those of equal content, whatever their workloads are called. One id with two contents names
 * two computations. Runs of older versions did not record contents; their cells are matched by id, as far as nothing speaks against it.
 */
import { groupBy } from '../../common/group-by.js';
import { withoutTarget } from '../../common/run/cell.js';
import { contentDifferences } from '../../common/run/content.js';
import type { CellResult } from '../../common/run/results.js';
import { counted, listed } from '../../common/text.js';
import { isOk } from './groups.js';

/** `unknown`: a side did not record its content, and nothing else tells. */
export type Kinship =
  | { readonly kind: 'same' | 'unknown' }
  /** Each a clause, such as `its shapes differ (…)`. */
  | { readonly kind: 'different'; readonly differences: readonly string[] };

export interface CellPair {
  readonly before: CellResult;
  readonly after: CellResult;
  readonly kinship: Kinship;
}

export interface MatchedCells {
  /** In the order of the cells after. */
  readonly pairs: readonly CellPair[];
  readonly beforeOnly: readonly CellResult[];
  readonly afterOnly: readonly CellResult[];
}

export function matchCells(before: readonly CellResult[], after: readonly CellResult[]): MatchedCells {
  const pairs = new Map<CellResult, CellPair>();
  const open = new Set(before);
  const pairUp = (find: (cell: CellResult) => CellResult | undefined) => {
    for (const cell of after) {
      const found = pairs.has(cell) ? undefined : find(cell);
      if (!found) continue;
      pairs.set(cell, { before: found, after: cell, kinship: kinshipOf(found, cell) });
      open.delete(found);
    }
  };
  const namesakes = groupBy(before, ({ id }) => id);
  const openNamesakes = ({ id }: CellResult) => (namesakes.get(id) ?? []).filter((one) => open.has(one));
  const copies = groupBy(before, copyKey);
  pairUp((cell) => openNamesakes(cell).find((one) => kinshipOf(one, cell).kind !== 'different'));
  pairUp((cell) => (copies.get(copyKey(cell)) ?? []).find((one) => open.has(one) && isRenamed(one, cell)));
  pairUp((cell) => openNamesakes(cell)[0]);
  const unpaired = groupBy(
    after.filter((cell) => !pairs.has(cell)),
    reshapeKey,
  );
  const gone = groupBy([...open], reshapeKey);
  // The batch size of a model is part of its ids: at another one it is another cell, and the only one of its name.
  pairUp((cell) => {
    const key = reshapeKey(cell);
    const reshaped = (gone.get(key) ?? []).filter((one) => isReshaped(one, cell));
    const others = (unpaired.get(key) ?? []).filter((other) =>
      reshaped.some((one) => isReshaped(one, other)),
    );
    return reshaped.length === 1 && others.length === 1 ? reshaped[0] : undefined;
  });
  return {
    pairs: after.flatMap((cell) => pairs.get(cell) ?? []),
    beforeOnly: [...open],
    afterOnly: after.filter((cell) => !pairs.has(cell)),
  };
}

/** Why pairs are not the same computation, once for all targets. */
export function differenceTexts(pairs: readonly CellPair[]): string[] {
  const texts = pairs.flatMap(({ after, kinship }) =>
    kinship.kind === 'different' ? [`${withoutTarget(after)}: ${listed(kinship.differences)}`] : [],
  );
  return [...new Set(texts)];
}

/** Which of the pairs have two names, once for all targets. */
export function renamedTexts(pairs: readonly CellPair[]): string[] {
  const texts = pairs
    .filter(({ before, after }) => before.workload !== after.workload)
    .map(({ before, after }) => `${withoutTarget(after)} was called ${before.workload}`);
  return [...new Set(texts)];
}

/** How many of the pairs that have results may compute something else; empty where none does. */
export function unknownTexts(pairs: readonly CellPair[]): string[] {
  const count = pairs.filter(
    ({ before, after, kinship }) => kinship.kind === 'unknown' && isOk(before) && isOk(after),
  ).length;
  if (count === 0) return [];
  return [
    `${counted(count, 'cell')} matched by name alone: a run of an older version does not say which model and shapes it measured`,
  ];
}

function kinshipOf(before: CellResult, after: CellResult): Kinship {
  if (before.content && after.content) {
    if (before.content.digest === after.content.digest) return { kind: 'same' };
    return { kind: 'different', differences: contentDifferences(before.content, after.content) };
  }
  const [ours, theirs] = [after.artefact, before.artefact];
  // An artefact's name is a digest of its content and of Touchstone's sources.
  if (ours && theirs && ours.name === theirs.name) return { kind: 'same' };
  const [now, then] = [ours?.multiplyAdds, theirs?.multiplyAdds];
  if (now === undefined || then === undefined || now === then) return { kind: 'unknown' };
  return {
    kind: 'different',
    differences: [`the model or its shapes differ (${then} → ${now} multiply-adds)`],
  };
}

function isRenamed(before: CellResult, after: CellResult): boolean {
  return before.content !== undefined && copyKey(before) === copyKey(after);
}

/** Equal for cells that compute the same whatever their workloads are called. */
function copyKey({ content, id, workload }: CellResult): string {
  // Behind the workload: `:inference:b1:float32:cpu:pytorch/cpu`.
  return JSON.stringify([content?.digest, id.slice(workload.length)]);
}

function isReshaped(before: CellResult, after: CellResult): boolean {
  return (
    before.content !== undefined && before.batch !== after.batch && reshapeKey(before) === reshapeKey(after)
  );
}

/** Equal for cells of one name that differ in the batch size of their model at most. */
function reshapeKey(cell: CellResult): string {
  const { batch, content, target } = cell;
  return JSON.stringify([content?.model, withoutTarget(cell).replace(`:b${batch}:`, ':'), target]);
}
