/** What the index of a large report is made from: its pages' tables, each reduced to one number for each pair of targets. */
import type { Group } from '../../../common/run/results.js';
import { isToldApart } from '../../../common/statistics/ranking.js';
import { counted } from '../../../common/text.js';
import type { Mean, Overview, OverviewRow } from '../page/overview.js';
import { pairPlace } from '../page/overview.js';
import { ratioOf } from '../page/ratio.js';
import { item, type ResultTable, rankedCells } from '../page/table.js';

/** A page with what it shows. */
export interface TabledPage {
  readonly title: string;
  /** Relative to the index. */
  readonly path: string;
  readonly parts: readonly string[];
  readonly table: ResultTable;
}

/** @param pages at least one; all have the same targets */
export function overviewOf(pages: readonly TabledPage[]): Overview {
  const { run, targets } = item(pages, 0).table;
  return {
    run,
    targets: targets.map(({ name, slug, family }) => ({ name, slug, family })),
    rows: pages.map(rowOf),
  };
}

/** Sums of logarithms, and how many. */
class Means {
  readonly #sums: Float64Array;
  readonly #counts: Uint32Array;

  constructor(length: number) {
    this.#sums = new Float64Array(length);
    this.#counts = new Uint32Array(length);
  }

  add(place: number, ratio: number): void {
    this.#sums[place] = (this.#sums[place] ?? 0) + Math.log(ratio);
    this.#counts[place] = (this.#counts[place] ?? 0) + 1;
  }

  /** Four decimals of a logarithm are a hundredth of a percent. */
  all(): (Mean | null)[] {
    return [...this.#counts].map((count, place) =>
      count === 0 ? null : [Number(((this.#sums[place] ?? 0) / count).toFixed(4)), count],
    );
  }
}

function rowOf({ title, path, parts, table }: TabledPage): OverviewRow {
  const { targets, groups, cells } = table;
  const fastest = new Means(targets.length);
  const pairs = new Means(pairPlace(targets.length, 0));
  for (const group of groups.keys()) {
    const ranked = rankedCells(table, group);
    const first = ranked[0];
    if (first === undefined) continue;
    for (const cell of ranked) fastest.add(item(cells.target, cell), ratioOf(table, cell, first).value);
    for (const [place, cell] of ranked.entries()) {
      for (const other of ranked.slice(0, place)) addPair(table, pairs, cell, other);
    }
  }
  const planned = targets.map((_, target) => cells.target.filter((own) => own === target).length);
  return {
    title,
    page: path,
    parts,
    comparisons: groups.length,
    planned,
    fastest: fastest.all(),
    pairs: pairs.all(),
  };
}

function addPair(table: ResultTable, pairs: Means, cell: number, other: number): void {
  const isLater = item(table.cells.target, cell) > item(table.cells.target, other);
  const [later, earlier] = isLater ? [cell, other] : [other, cell];
  const place = pairPlace(item(table.cells.target, later), item(table.cells.target, earlier));
  pairs.add(place, ratioOf(table, later, earlier).value);
}

/** More names than these say less. */
const maxNamed = 4;

/** A sentence for each mode: who is fastest how often, and how often that is not certain. */
export function fastestSentences(groups: readonly Group[]): { mode: string; text: string }[] {
  const modes = [...new Set(groups.map(({ mode }) => mode))];
  return modes.map((mode) => ({ mode, text: sentenceOf(groups.filter((group) => group.mode === mode)) }));
}

function sentenceOf(groups: readonly Group[]): string {
  const compared = groups.filter(({ ranking }) => ranking.length > 1);
  if (compared.length === 0) return 'no comparison has two targets with a result.';
  const wins = new Map<string, number>();
  for (const { ranking, comparisons } of compared) {
    const [second] = comparisons;
    const first = ranking[0]?.target;
    if (first === undefined || !second || !isToldApart(second)) continue;
    wins.set(first, (wins.get(first) ?? 0) + 1);
  }
  const certain = [...wins.values()].reduce((sum, count) => sum + count, 0);
  const open = compared.length - certain;
  const most = [...wins].sort(([, a], [, b]) => b - a);
  const others = most.slice(maxNamed).reduce((sum, [, count]) => sum + count, 0);
  const [first, ...next] = most.slice(0, maxNamed);
  const count = counted(compared.length, 'comparison');
  if (!first) return `in none of ${count} is the fastest told apart from the next.`;
  const lead = `${first[0]} is fastest in ${first[1]} of ${count}`;
  const named = next.map(([target, wins]) => `${target} in ${wins}`);
  const undecided = open === 0 ? '' : `; in ${open} the fastest is not told apart from the next`;
  return `${[lead, ...named, ...(others > 0 ? [`others in ${others}`] : [])].join(', ')}${undecided}.`;
}
