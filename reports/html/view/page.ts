/** Everything that the template shows, in its order; all text is plain and the template escapes it. */

import type { RunResults } from '../../../common/run/results.js';
import { counted, listed } from '../../../common/text.js';
import { stateCounts } from '../../summary.js';
import { coresText, percent } from '../../text.js';
import type { Chart } from '../chart.js';
import { firstChoiceOf } from '../page/choice.js';
import { matrixView } from '../page/matrix.js';
import { comparedTargets, familiesOf } from '../page/selection.js';
import { item, type ResultTable } from '../page/table.js';
import * as facts from './facts.js';
import {
  type ChartData,
  drawnBeforehand,
  firstOf,
  groupCharts,
  sectionOf,
  specsOf,
  sweepViews,
} from './figures.js';
import { type GroupView, groupViews } from './groups.js';
import { resumeText } from './resume.js';
import { tableOf } from './table.js';
import { type Finding, validity } from './validity.js';

export interface Page {
  readonly view: Readonly<Record<string, unknown>>;
  readonly data: ChartData & { readonly table: ResultTable };
}

/** More sentences than these would push the matrix off the first screen. */
const maxSentences = 8;

/** @param marks maximum of single iterations, and of turns, that the page has of a cell */
export async function pageOf(results: RunResults, charts: readonly Chart[], marks: number): Promise<Page> {
  const table = tableOf(results, marks);
  const [first, ...others] = [firstOf(groupCharts(charts)), ...groupCharts(charts).slice(1)];
  const sweeps = sweepViews(charts, results);
  const groups = groupViews(results, table);
  const findings = validity(results);
  const choices = choicesOf(table);
  const view = {
    id: results.id,
    startedAt: dateText(results.startedAt),
    machineLine: `${results.machine.cpu}, ${coresText(results.machine.cores)}`,
    groups,
    sentences: { first: groups.slice(0, maxSentences), more: groups.slice(maxSentences) },
    resume: resumeText(results),
    intervals: intervalsText(results),
    matrix: matrixView(table, firstChoiceOf(table)),
    choices,
    withoutResult: withoutResult(results, table),
    first: {
      ...sectionOf(first),
      drawn: await drawnBeforehand(first, table),
      group: groups[0],
      groups: choices.groups,
    },
    charts: others.map(sectionOf),
    sweeps: sweeps.views,
    unlike: unlikeText(groups),
    counts: stateCounts(results),
    cellCount: results.cells.length,
    validity: findings,
    trust: trustText(findings),
    states: facts.statesTable(table),
    parity: facts.parityTable(results),
    configuration: facts.configurationTable(results),
    cellConfiguration: facts.cellConfigurationTable(results),
    machine: facts.machineTable(results),
    versions: facts.versionsTable(results),
    overhead: facts.overheadTable(results),
    wall: facts.wallTable(results),
    command: results.command,
    commit: results.touchstone.commit,
    seed: results.options.seed,
    marks,
  };
  return { view, data: { table, specs: specsOf([first, ...others]), sweeps: sweeps.data } };
}

/** What a reader can choose from, each with its place in the table. */
function choicesOf(table: ResultTable) {
  const families = [...familiesOf(table)].map(([family, { length }]) => ({ family, count: length }));
  return {
    targets: comparedTargets(table).map((place) => ({ place, name: item(table.targets, place).name })),
    groups: table.groups.map(({ title }, place) => ({ place, name: title })),
    families: families.length > 1 ? families : [],
  };
}

/** What the brackets of all numbers are, said once. */
function intervalsText({ groups }: RunResults): string {
  const levels = groups.flatMap(({ comparisons }) => comparisons.map(({ ratio }) => ratio.level));
  const known = [...new Set(levels.filter((level) => level !== null))].sort((a, b) => a - b);
  return known.length === 0 ? '' : `Brackets are ${listed(known.map(percent), 'or')} intervals.`;
}

/** Targets that have no result anywhere, by why: said once instead of in every column. */
function withoutResult({ cells }: RunResults, table: ResultTable): { reason: string; targets: string }[] {
  const compared = new Set(comparedTargets(table).map((target) => item(table.targets, target).name));
  const byReason = new Map<string, Set<string>>();
  for (const { target, state, reason } of cells.filter((cell) => !compared.has(cell.target))) {
    const why = `${state}: ${reason}`;
    byReason.set(why, (byReason.get(why) ?? new Set()).add(target));
  }
  return [...byReason].map(([reason, targets]) => ({ reason, targets: listed([...targets]) }));
}

/** In one line: how much of what is checked asks for caution, and what. */
function trustText(findings: readonly Finding[]): { good: boolean; text: string } {
  const cautions = findings.filter(({ good }) => !good).map(({ label }) => label.toLowerCase());
  if (cautions.length === 0) return { good: true, text: `all ${findings.length} checks are fine` };
  return {
    good: false,
    text: `${cautions.length} of ${findings.length} checks ask for caution: ${listed(cautions)}`,
  };
}

function unlikeText(groups: readonly GroupView[]): string {
  const unlike = groups.filter(({ differences }) => differences.length > 0);
  if (unlike.length === 0) return 'all targets compute with the same effective settings';
  const names = [...new Set(unlike.flatMap(({ differences }) => differences.map(nameOf)))];
  return `not like for like in ${unlike.length} of ${counted(groups.length, 'comparison')}: ${listed(names)}`;
}

/** `instructions` of `instructions: avx2 (a, b); scalar (c)`. */
function nameOf(difference: string): string {
  return /^([^:]{1,40}):/.exec(difference)?.[1] ?? difference;
}

/** 2026-11-23 14:25 UTC */
function dateText(iso: string): string {
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? iso : `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
