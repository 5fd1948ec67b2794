/**
 * The runs of one cell, split into series that are comparable: of the same machine, content, thread count and way of measuring.
 * Across series the machines or models would be compared, not the code.
 */
import { required } from '../../common/at.js';
import { deviceText } from '../../common/run/device.js';
import type { Estimate } from '../../common/run/results.js';
import { differences } from '../../common/text.js';
import { letterOf, threadsText } from '../text.js';
import { type Change, findChanges } from './changes.js';
import { contentsOf, contentText, ownPoints } from './contents.js';
import { machineText } from './machine.js';
import type { RunPoint, StoredCell } from './rows.js';

/** A run that counts and in which the cell has a result. */
export type OkPoint = RunPoint & { readonly cell: StoredCell & { readonly iterationNs: number } };

/** A change with the runs on both sides of it. */
export interface LocatedChange extends Change {
  readonly before: OkPoint;
  readonly after: OkPoint;
}

export interface Series {
  /** `A`, `B`, …: the same letter for the same machine and conditions in all cells of one listing. */
  readonly letter: string;
  /** Machine, threads and way of measuring; model and shapes where the cell had several. */
  readonly conditions: string;
  /** Oldest first, including those without a result. */
  readonly points: readonly RunPoint[];
  readonly ok: readonly OkPoint[];
  readonly changes: readonly LocatedChange[];
}

export interface CellHistory {
  readonly cell: string;
  readonly series: readonly Series[];
}

/** @param points by cell, those of the same content under other names included, oldest first */
export function cellHistories(points: ReadonlyMap<string, readonly RunPoint[]>): CellHistory[] {
  const letters = new Map<string, string>();
  return [...points].flatMap(([cell, found]) => {
    const all = ownPoints(cell, found, points);
    // All of them are shown with another cell, as which they go on.
    if (all.length === 0) return [];
    const contentOf = contentsOf(all);
    const contents = all.map(contentOf);
    const lines = new Map<string, RunPoint[]>();
    for (const point of all) {
      const content = contentText(contentOf(point), contents);
      const key = [conditionsText(point), ...(content === '' ? [] : [content])].join(', ');
      if (!letters.has(key)) letters.set(key, letterOf(letters.size));
      lines.set(key, [...(lines.get(key) ?? []), point]);
    }
    const series = [...lines].map(([conditions, line]) =>
      seriesOf(required(letters, conditions, 'the letters of series'), conditions, line),
    );
    return [{ cell, series }];
  });
}

function seriesOf(letter: string, conditions: string, points: readonly RunPoint[]): Series {
  const ok = points.filter(isOkPoint);
  const changes = findChanges(ok.map(({ cell }) => cell.iterationNs)).flatMap((change) => {
    const [before, after] = [ok[change.at - 1], ok[change.at]];
    return before && after ? [{ ...change, before, after }] : [];
  });
  return { letter, conditions, points, ok, changes };
}

export function isOkPoint(point: RunPoint): point is OkPoint {
  const { run, cell } = point;
  return run.retraction === null && cell.state === 'ok' && cell.iterationNs !== null && cell.iterationNs > 0;
}

/** Everything that must agree within a series, in words, so that a reader sees what differs between two. */
function conditionsText({ run, cell }: RunPoint): string {
  const { bound, paused } = run.conditions;
  return [
    machineText(run.machine),
    threadsText([cell.cellThreads ?? run.threads]),
    // Processors are named with the machine.
    ...(cell.device && cell.device.kind !== 'cpu' ? [deviceText(cell.device)] : []),
    ...(bound ? [] : ['not bound to processors']),
    ...(paused ? [] : ['workers out of turn not stopped']),
  ].join(', ');
}

/** Time per iteration of a run, as reports write estimates. */
export function estimateOfPoint({ cell }: OkPoint): Estimate {
  const { iterationNs: value, lowNs: low, highNs: high, level, rounds } = cell;
  return { value, low, high, level, rounds };
}

/** `0123abcd45+`: ten digits of a commit, and whether its tree was changed. */
export function commitText({ run }: RunPoint): string {
  if (run.commit === null) return 'unknown';
  const dirty = run.commit.endsWith('-dirty') ? '+' : '';
  const plain = run.commit.replace(/-dirty$/, '');
  return `${/^[0-9a-f]{12,}$/.test(plain) ? plain.slice(0, 10) : plain}${dirty}`;
}

/** `pytorch 2.1 → 2.2`: versions that differ from those of the run before. */
export function versionChanges(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): string[] {
  return differences(before, after, ' ');
}
