/** A comparison of runs for machines: JSON, and CSV with a row for each cell and run. Times in nanoseconds. */
import { at } from '../../common/at.js';
import { jsonText, plain } from '../../common/text.js';
import type { Entry, RunsComparison } from '../analyse/compare-runs.js';
import { csvLine } from '../csv-text.js';
import { changeOf } from './words.js';

/** Rises when a reader of the old form could misread the new one. */
const version = 1;

export function comparisonJson(comparison: RunsComparison): string {
  const { runs, cells, ...differences } = comparison;
  const shown = {
    version,
    runs: runs.map(({ against, ...run }) => ({
      ...run,
      against: against === null ? null : at(runs, against).letter,
    })),
    ...differences,
    cells: cells.map(({ cell, entries }) => ({
      cell: cell.id,
      target: cell.target,
      entries: entries.map((entry, run) => ({ run: at(runs, run).letter, ...entry })),
    })),
  };
  return `${jsonText(shown)}\n`;
}

const head = [
  'cell',
  'workload',
  'mode',
  'batch',
  'target',
  'run',
  'run_id',
  'state',
  'time_ns',
  'low_ns',
  'high_ns',
  'against',
  'ratio',
  'ratio_low',
  'ratio_high',
  'level',
  'rounds',
  'change',
];

/** A row for each cell and run. */
export function comparisonCsv({ runs, cells }: RunsComparison): string {
  const rows = cells.flatMap(({ cell, entries }) =>
    entries.map((entry, place) => {
      const { letter, id, against } = at(runs, place);
      const base = against === null ? null : at(runs, against).letter;
      return [
        ...[cell.id, cell.workload, cell.mode, cell.batch, cell.target, letter, id],
        ...entryValues(entry, base),
      ].map((value) => (typeof value === 'string' ? plain(value) : value));
    }),
  );
  return [head, ...rows].map((row) => `${csvLine(row)}\r\n`).join('');
}

/** From the state on. */
function entryValues(entry: Entry, base: string | null): (string | number | null)[] {
  const { timeNs, ratio } = entry.kind === 'time' ? entry : { timeNs: null, ratio: null };
  const numbers = ratio
    ? [base, ratio.value, ratio.low, ratio.high, ratio.level, ratio.rounds, changeOf(ratio)]
    : [null, null, null, null, null, null, null];
  return [
    stateOf(entry),
    ...(timeNs ? [timeNs.value, timeNs.low, timeNs.high] : [null, null, null]),
    ...numbers,
  ];
}

function stateOf(entry: Entry): string {
  switch (entry.kind) {
    case 'time':
      return 'ok';
    case 'other':
      return 'another computation';
    case 'none':
      return entry.state;
  }
}
