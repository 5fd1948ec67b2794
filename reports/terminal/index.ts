/** The comparison in the terminal when a run ends: as wide as it is, colours only where wanted. */
import Table from 'cli-table3';
import pc from 'picocolors';
import { at } from '../../common/at.js';
import { groupBy } from '../../common/group-by.js';
import { deviceId } from '../../common/run/device.js';
import { type CellResult, type Group, type RunResults, threadCounts } from '../../common/run/results.js';
import { counted } from '../../common/text.js';
import { resumeText } from '../resume.js';
import {
  commonLevel,
  deviceOf,
  endingText,
  groupCells,
  keptVerdictsText,
  precisionText,
  roundsText,
  runDifferences,
  stateCounts,
  verdict,
} from '../summary.js';
import {
  duration,
  groupTitle,
  inline,
  ranksText,
  rate,
  ratio,
  threadsText,
  throughputTitle,
} from '../text.js';
import { clean, fitted, fittedTarget, noBorders, wrapped } from './lines.js';
import { scalingTexts } from './scaling.js';
import { terminalColumns } from './width.js';

/** Of a target's name: longer ones are cut at their beginning. */
const maxTarget = 24;

/** @param run what the user calls it */
export function renderTerminal(results: RunResults, run = results.id, columns = terminalColumns()): string {
  const saidOnce = new Set(sameEverywhere(results).map(({ target }) => target));
  const parts = [
    header(results, run, columns),
    ...results.groups.slice(0, maxGroups).map((group) => groupText(results, group, saidOnce, columns)),
    ...(results.groups.length > maxGroups ? [withoutTables(results)] : scalingTexts(results, columns)),
    footer(results, run, columns),
  ];
  return parts.join('\n\n');
}

function header(results: RunResults, run: string, columns: number): string {
  const level = commonLevel(results);
  const intervals =
    level === undefined
      ? 'nothing was timed'
      : level === null
        ? withoutInterval(results)
        : `intervals at ${Math.round(level * 100)} %`;
  const threads = threadsText(threadCounts(results.options));
  const line = `Run ${clean(results.id)}: ${roundsText(results)}, ${intervals}, ${threads}`;
  const ending = endingText(results, run);
  const precision = precisionText(results, run);
  const precisionLines = precision ? wrapped(precision.text, columns, '') : [];
  return [
    ...wrapped(line, columns, '').map(pc.bold),
    ...precisionLines.map(precision?.good ? pc.green : pc.yellow),
    ...(ending ? wrapped(ending, columns, '').map(pc.yellow) : []),
  ].join('\n');
}

/** A command is not wrapped: it is there to be copied. */
function decisiveLines(results: RunResults, run: string): string[] {
  const command = resumeText(results, run);
  return command === '' ? [] : ['What is open is likely to be decided after:', `  ${clean(command)}`];
}

const legend =
  'A rank such as 2–4: not told apart from its neighbours. A ratio above 1× is slower than the fastest.';

/** More comparisons than these nobody reads in a terminal. */
const maxGroups = 40;

function withoutTables({ groups }: RunResults): string {
  return `${counted(groups.length - maxGroups, 'more comparison')}: the report has them all.`;
}

/** Where not every cell has an interval: none has, or how many have not. */
function withoutInterval({ cells }: RunResults): string {
  const levels = cells.flatMap(({ metrics }) => (metrics ? [metrics.iterationNs.level] : []));
  const missing = levels.filter((level) => level === null).length;
  if (missing === levels.length) return 'too few rounds for intervals (3 give 95 %, 8 give 99 %)';
  return `intervals but for ${counted(missing, 'cell')}`;
}

function groupText(
  results: RunResults,
  group: Group,
  saidOnce: ReadonlySet<string>,
  columns: number,
): string {
  const cells = groupCells(results, group);
  const lines = [pc.bold(pc.cyan(fitted(groupTitle(group), columns)))];
  if (group.ranking.length > 0) lines.push(tableOf(results, cells, group, columns));
  lines.push(...queuedLines(cells, columns), ...wrapped(verdict(group), columns, '  '));
  for (const cell of cells) {
    if (cell.state !== 'ok' && !saidOnce.has(cell.target)) lines.push(...notOk(cell, columns));
  }
  return lines.join('\n');
}

/** Where a device was given several iterations before each wait, latency and throughput stand beside each other. */
function tableOf(results: RunResults, cells: readonly CellResult[], group: Group, columns: number): string {
  const isQueued = submissionsIn(cells) !== undefined;
  const [time, speed] = isQueued ? ['latency', 'throughput'] : ['time per iteration', 'items/s'];
  const head = ['rank', 'target', 'device', time, 'against the fastest', speed];
  const rows = group.ranking.flatMap(({ target, ranks }) => {
    const cell = cells.find((candidate) => candidate.target === target);
    if (!cell?.metrics) return [];
    const { metrics } = cell;
    const comparison = group.comparisons.find((candidate) => candidate.target === target);
    // Of what is in software the title says so.
    const device = fitted(group.software ? deviceId(cell.device) : deviceOf(results, cell), 18);
    const against = comparison ? inline(ratio(comparison.ratio)) : '1×';
    const numbers = [inline(duration(metrics.iterationNs)), against, speedText(metrics, isQueued)];
    return [[ranksText(ranks), target, device, ...numbers]];
  });
  const shown = fittingColumns([head, ...rows], columns);
  const table = new Table({
    head: shown.map((column) => pc.dim(at(head, column))),
    colAligns: shown.map((column) => (column === targetColumn || column === deviceColumn ? 'left' : 'right')),
    style: { head: [], border: [], compact: true, 'padding-left': 1, 'padding-right': 1 },
    chars: noBorders,
  });
  const width = roomForTargets([head, ...rows], shown, columns);
  for (const row of rows) {
    const name = fittedTarget(at(row, targetColumn), width);
    const isFirst = /^1(?!\d)/.test(at(row, 0));
    table.push(
      shown.map((column) => (column !== targetColumn ? at(row, column) : isFirst ? pc.green(name) : name)),
    );
  }
  return table.toString();
}

const [targetColumn, deviceColumn, speedColumn] = [1, 2, 5];

/** The device, which `doctor` says too, and the speed, which is the time turned around, give way to whole names of targets. */
function fittingColumns(rows: readonly (readonly string[])[], columns: number): number[] {
  const names = rows.map((row) => [...at(row, targetColumn)].length);
  const wanted = Math.min(maxTarget, Math.max(...names));
  let shown = [0, 1, 2, 3, 4, 5];
  for (const next of [deviceColumn, speedColumn]) {
    if (roomForTargets(rows, shown, columns) >= wanted) break;
    shown = shown.filter((column) => column !== next);
  }
  return shown;
}

/** What the other columns leave of the line, each with a space on either side of it and one to the next. */
function roomForTargets(
  rows: readonly (readonly string[])[],
  shown: readonly number[],
  columns: number,
): number {
  const widths = shown
    .filter((column) => column !== targetColumn)
    .map((column) => Math.max(...rows.map((row) => [...at(row, column)].length)));
  return columns - widths.reduce((sum, width) => sum + width + 3, 0) - 3;
}

function speedText({ itemsPerSecond, throughput }: Metrics, isQueued: boolean): string {
  if (!isQueued) return rate(itemsPerSecond).value;
  return throughput ? rate(throughput.itemsPerSecond).value : '–';
}

type Metrics = NonNullable<CellResult['metrics']>;

/** Of the cells whose throughput was measured; undefined where that of none was. */
function submissionsIn(cells: readonly CellResult[]): number | undefined {
  return cells.map(({ metrics }) => metrics?.throughput?.submissions).find((count) => count !== undefined);
}

function queuedLines(cells: readonly CellResult[], columns: number): string[] {
  const submissions = submissionsIn(cells);
  if (submissions === undefined) return [];
  const text = `latency: every output is read back inside the clock; ${throughputTitle(submissions)}: items/s`;
  return wrapped(text, columns, '  ').map((line) => pc.dim(line));
}

function notOk(cell: CellResult, columns: number): string[] {
  const colour = cell.state === 'wrong' || cell.state === 'failed' ? pc.red : pc.dim;
  return wrapped(`${cell.target}: ${cell.state}: ${cell.reason}`, columns, '  – ').map(colour);
}

/** Targets whose cells all ended in the same state for the same reason, which is said once, with their first cell. */
function sameEverywhere(results: RunResults): CellResult[] {
  const byTarget = groupBy(results.cells, ({ target }) => target);
  return results.targets.flatMap(({ target }) => {
    const cells = byTarget.get(target) ?? [];
    const [first] = cells;
    const same = cells.every(({ state, reason }) => state === first?.state && reason === first.reason);
    return first && first.state !== 'ok' && cells.length > 1 && same ? [first] : [];
  });
}

/** Reasons name the operator, the type or the mode. */
const wayOut =
  'What a target does not support runs on others, which `list` names; or change what the reason names, in the model or the options.';

function footer(results: RunResults, run: string, columns: number): string {
  const kept = keptVerdictsText(results);
  const counts = stateCounts(results).map(({ state, count }) => `${count} ${state}`);
  return [
    ...sameEverywhere(results).flatMap((cell) => notOk(cell, columns)),
    ...runDifferences(results).flatMap((text) =>
      wrapped(`not like for like: ${text}`, columns, '  ! ').map(pc.yellow),
    ),
    ...wrapped(`${results.cells.length} cells: ${counts.join(', ')}.`, columns, ''),
    ...(kept === undefined ? [] : wrapped(kept, columns, '')),
    ...(results.cells.some(({ state }) => state === 'unsupported') ? wrapped(wayOut, columns, '') : []),
    ...wrapped(legend, columns, ''),
    ...decisiveLines(results, run),
  ].join('\n');
}
