/** The matrix: every target by every comparison, each cell its ratio to the baseline. */
import { inline, ranksText, ratio as ratioQuantity } from '../../text.js';
import type { Choice, Sort } from './choice.js';
import { type Look, lookOf } from './look.js';
import { overallOf } from './overall.js';
import { type Ratio, ratioOf, type Standing, standingOf } from './ratio.js';
import { baselineOf, comparedTargets, familiesOf, isShown, shownGroups, shownTargets } from './selection.js';
import { cellAt, cellSlug, isOk, item, type ResultTable } from './table.js';

export interface MatrixView {
  readonly caption: string;
  /** On a page without scripts: nothing sorts it, and cells without a slug show what they have. */
  readonly isFixed?: boolean;
  /** Neighbouring columns of the same workload have one heading. */
  readonly workloads: readonly { readonly title: string; readonly span: number }[];
  readonly columns: readonly ColumnView[];
  readonly overall: { readonly title: string; readonly sorted: Sorted };
  readonly targets: { readonly sorted: Sorted };
  readonly rows: readonly RowView[];
  /** Families of which no target is shown. */
  readonly folded: readonly FoldedView[];
  readonly legend: readonly { readonly symbol: string; readonly meaning: string }[];
  /** What is shown of how much, and what the overall column rests on. */
  readonly status: string;
}

/** As `aria-sort` has it; empty for what rows are not sorted by. */
type Sorted = 'ascending' | 'descending' | '';

export interface ColumnView {
  readonly group: number;
  readonly title: string;
  readonly variant: string;
  readonly slug: string;
  readonly isChosen: boolean;
  readonly sorted: Sorted;
}

export interface RowView {
  readonly target: number;
  readonly name: string;
  readonly device: string;
  readonly look: Look;
  readonly overall: { readonly text: string; readonly heat: string };
  readonly cells: readonly CellView[];
}

export interface CellView {
  /** Empty where no cell was planned. */
  readonly slug: string;
  /** The report that has its details, where it is another page. */
  readonly page?: string;
  readonly symbol: string;
  readonly text: string;
  readonly interval: string;
  /** Names of styles: standing or state, heat, fading. */
  readonly style: string;
  /** All of it in words, for those who do not see the drawing. */
  readonly label: string;
  readonly hint: string;
}

export interface FoldedView {
  readonly family: string;
  readonly count: number;
}

const meanings = {
  baseline: { symbol: '◆', meaning: 'the baseline' },
  faster: { symbol: '▼', meaning: 'faster' },
  slower: { symbol: '▲', meaning: 'slower' },
  tie: { symbol: '=', meaning: 'equal within 2 %' },
  undecided: { symbol: '?', meaning: 'not told apart' },
  wrong: { symbol: '✗', meaning: 'wrong result' },
  failed: { symbol: '!', meaning: 'failed' },
  unmeasured: { symbol: '○', meaning: 'not measured' },
  unsupported: { symbol: '–', meaning: 'unsupported' },
  unavailable: { symbol: '∅', meaning: 'not installed here' },
} as const;
type Sign = keyof typeof meanings;

export function symbolOf(standing: Standing): string {
  return meanings[standing].symbol;
}

/** The sign of a state or a standing, and what it means. */
export function signOf(sign: Sign): { readonly symbol: string; readonly meaning: string } {
  return meanings[sign];
}

/** A row with what it is sorted by; null comes last. */
interface SortedRow {
  readonly view: RowView;
  readonly keys: { readonly overall: number | null; readonly groups: ReadonlyMap<number, number> };
}

export function matrixView(table: ResultTable, choice: Choice): MatrixView {
  const groups = shownGroups(table, choice);
  const targets = shownTargets(table, choice);
  const baselines = new Map(groups.map((group) => [group, baselineOf(table, group, choice)]));
  const overall = overallOf(table, targets, groups, baselines);
  const rows = targets.map((target) => rowOf(table, target, baselines, overall.values.get(target) ?? null));
  const sort = effectiveSort(choice.sort, rows, groups);
  const sorted = (isIt: boolean): Sorted => (isIt ? (choice.descending ? 'descending' : 'ascending') : '');
  return {
    caption: captionOf(table, choice),
    workloads: workloadsOf(table, groups),
    columns: groups.map((group) => ({
      group,
      ...columnOf(table, group),
      isChosen: group === choice.group,
      sorted: sorted(typeof sort === 'object' && sort.group === group),
    })),
    overall: { title: overall.title, sorted: sorted(sort === 'overall') },
    targets: { sorted: sorted(sort === 'target') },
    rows: inOrder(rows, sort, choice.descending).map(({ view }) => view),
    folded: foldedOf(table, choice),
    legend: legendOf(rows.map(({ view }) => view)),
    status: statusOf(table, choice, targets.length, groups.length),
  };
}

function captionOf({ targets }: ResultTable, { baseline }: Choice): string {
  const against =
    baseline === null ? 'of the fastest target of each column' : `of ${item(targets, baseline).name}`;
  return `Time of each target ÷ time ${against}, with intervals: below 1 is faster, above 1 slower`;
}

function workloadsOf({ groups }: ResultTable, shown: readonly number[]): { title: string; span: number }[] {
  const found: { title: string; span: number }[] = [];
  for (const group of shown) {
    const title = item(groups, group).workload;
    const last = found.at(-1);
    if (last?.title === title) last.span++;
    else found.push({ title, span: 1 });
  }
  return found;
}

function columnOf({ groups }: ResultTable, group: number): Pick<ColumnView, 'title' | 'variant' | 'slug'> {
  const { title, variant, slug } = item(groups, group);
  return { title, variant, slug };
}

function rowOf(
  table: ResultTable,
  target: number,
  baselines: ReadonlyMap<number, number | undefined>,
  overall: number | null,
): SortedRow {
  const { name, device } = item(table.targets, target);
  const entries = [...baselines].map(([group, baseline]) => {
    const cell = cellAt(table, group, target);
    const ratio = isOk(table, cell) && baseline !== undefined ? ratioOf(table, cell, baseline) : undefined;
    return { group, ratio, view: entryOf(table, group, cell, baseline, ratio) };
  });
  return {
    view: {
      target,
      name,
      device: device === 'cpu' ? '' : device,
      look: lookOf(target),
      overall: {
        text: overall === null ? '' : inline(ratioQuantity({ value: overall, low: null, high: null })),
        heat: overall === null ? '' : heatOf(overall),
      },
      cells: entries.map(({ view }) => view),
    },
    keys: {
      overall,
      groups: new Map(entries.flatMap(({ group, ratio }) => (ratio ? [[group, ratio.value] as const] : []))),
    },
  };
}

function entryOf(
  table: ResultTable,
  group: number,
  cell: number | undefined,
  baseline: number | undefined,
  ratio: Ratio | undefined,
): CellView {
  const none = { slug: '', symbol: '', text: '', interval: '', style: 'none', label: '', hint: '' };
  if (cell === undefined) return { ...none, label: 'not planned', hint: 'not planned' };
  const slug = cellSlug(table, cell);
  const name = `${item(table.targets, item(table.cells.target, cell)).name}, ${item(table.groups, group).title}`;
  const state = item(table.cells.state, cell);
  if (state !== 'ok') {
    const { symbol, meaning } = meanings[state];
    return {
      ...none,
      slug,
      symbol,
      style: `no-result ${state}`,
      label: `${symbol} ${name}: ${meaning}`,
      hint: meaning,
    };
  }
  const ranks = rankText(table, cell);
  if (baseline === undefined || !ratio) {
    const hint = `the baseline has no result here; ${ranks}`;
    return { ...none, slug, text: '·', label: `· ${name}: ${hint}`, hint };
  }
  const standing = standingOf(table, cell, baseline, ratio);
  const { symbol, meaning } = meanings[standing];
  const { interval, ...bare } = ratioQuantity(ratio);
  const text = cell === baseline ? '1×' : inline({ ...bare, interval: '' });
  const bounds = interval && cell !== baseline ? interval : '';
  const hint = `${meaning}; ${ranks}`;
  return {
    slug,
    symbol,
    text,
    interval: bounds,
    style: [standing, heatOf(ratio.value), fadeOf(ratio, standing)].filter(Boolean).join(' '),
    label: `${symbol} ${text}${bounds && ` ${bounds}`} ${name}: ${hint}`,
    hint,
  };
}

/** `rank 2–3 of 12` */
export function rankText({ cells, groups }: ResultTable, cell: number): string {
  const ranks = item(cells.ranks, cell);
  if (ranks === null) return 'no rank';
  return `rank ${ranksText(ranks)} of ${item(groups, item(cells.group, cell)).ranked}`;
}

/** Ten steps on a log scale in either direction; the last begins at 64 times. */
const heatSteps = 10;
const hottest = 64;

/** `slow-3`; empty within half a step of 1. */
export function heatOf(ratio: number): string {
  const step = Math.min(heatSteps, Math.round((Math.abs(Math.log(ratio)) / Math.log(hottest)) * heatSteps));
  return step === 0 ? '' : `${ratio > 1 ? 'slow' : 'fast'}-${step}`;
}

/** Uncertainty in three steps: an interval of ±10 %, of ±25 %, and none at all or what is not told apart. */
export function fadeOf({ low, high }: Pick<Ratio, 'low' | 'high'>, standing: Standing): string {
  if (standing === 'baseline') return '';
  if (standing === 'undecided' || low === null || high === null) return 'fade-3';
  const half = Math.sqrt(high / low) - 1;
  if (half > 0.25) return 'fade-2';
  return half > 0.1 ? 'fade-1' : '';
}

/** Where no comparison is common to all, there is no overall order: the first column gives it. */
function effectiveSort(sort: Sort, rows: readonly SortedRow[], groups: readonly number[]): Sort {
  const [first] = groups;
  const isOrdered = sort !== 'overall' || rows.some(({ keys }) => keys.overall !== null);
  return isOrdered || first === undefined ? sort : { group: first };
}

function inOrder(rows: readonly SortedRow[], sort: Sort, descending: boolean): SortedRow[] {
  const sign = descending ? -1 : 1;
  const byName = (a: SortedRow, b: SortedRow) => (a.view.name < b.view.name ? -1 : 1);
  if (sort === 'target') return [...rows].sort((a, b) => sign * byName(a, b));
  const keyOf = ({ keys }: SortedRow) =>
    sort === 'overall' ? keys.overall : (keys.groups.get(sort.group) ?? null);
  return [...rows].sort((a, b) => {
    const [ours, theirs] = [keyOf(a), keyOf(b)];
    if (ours === null || theirs === null) return ours === theirs ? byName(a, b) : ours === null ? 1 : -1;
    return sign * (ours - theirs) || byName(a, b);
  });
}

function foldedOf(table: ResultTable, { hiddenTargets }: Choice): FoldedView[] {
  return [...familiesOf(table)].flatMap(([family, targets]) =>
    targets.every((target) => hiddenTargets.has(target)) ? [{ family, count: targets.length }] : [],
  );
}

export function legendOf(rows: readonly RowView[]): MatrixView['legend'] {
  const used = new Set(rows.flatMap(({ cells }) => cells.map(({ symbol }) => symbol)));
  return (Object.keys(meanings) as Sign[])
    .map((sign) => meanings[sign])
    .filter(({ symbol }) => used.has(symbol));
}

function statusOf(table: ResultTable, choice: Choice, targets: number, groups: number): string {
  const { state } = table.cells;
  const cells = state.filter((_, cell) => isShown(table, cell, choice)).length;
  const of = comparedTargets(table).length;
  const { hiddenGroups } = choice;
  const isLeftOut = table.groups.some(({ isSoftware }, group) => isSoftware && hiddenGroups.has(group));
  const leftOut = isLeftOut ? '; devices in software are left out until they are chosen' : '';
  return `${cells} of ${state.length} cells shown: ${targets} of ${of} targets with a result, ${groups} of ${table.groups.length} comparisons${leftOut}`;
}
