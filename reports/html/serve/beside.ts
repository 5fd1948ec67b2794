/** What a visitor's run measured, beside what the host measured of the same content: times, and no ratio between two machines. */
import { groupBy } from '../../../common/group-by.js';
import { groupKey } from '../../../common/run/cell.js';
import type { CellResult, RunResults } from '../../../common/run/results.js';
import { isOk, type OkCell } from '../../analyse/groups.js';
import { groupTitle } from '../../text.js';
import { number, type Table } from '../chart.js';
import { timeOf } from './standings.js';

export interface BesideModel {
  readonly title: string;
  readonly visitor: Table;
  /** Null where no run of the host has measured it. */
  readonly host: Table | null;
}

/** @param hostRuns newest first */
export function besideModels(visitor: RunResults, hostRuns: readonly RunResults[]): BesideModel[] {
  const groups = groupBy(visitor.cells.filter(isOk), groupKey);
  return [...groups.values()].flatMap((cells) => {
    const [first] = cells;
    if (!first) return [];
    const found = newestOf(first, hostRuns);
    return [
      {
        title: groupTitle(first),
        visitor: timesTable(cells, `Run ${visitor.id}, ${groupTitle(first)}`),
        host: found ? timesTable(found.cells, `Run ${found.id}, ${groupTitle(first)}`) : null,
      },
    ];
  });
}

/** The newest run of the host with cells that compute the same with as many threads. */
function newestOf(cell: CellResult, runs: readonly RunResults[]) {
  for (const { id, cells, options, machine } of runs) {
    if (machine.browser !== undefined || options.threads !== 1) continue;
    const alike = cells.filter(isOk).filter((other) => isSame(cell, other));
    if (alike.length > 0) return { id, cells: alike };
  }
  return undefined;
}

function isSame(one: CellResult, other: CellResult): boolean {
  const isAlike =
    one.mode === other.mode &&
    one.batch === other.batch &&
    one.precision === other.precision &&
    !other.software;
  return isAlike && one.content !== undefined && one.content.digest === other.content?.digest;
}

function timesTable(cells: readonly OkCell[], caption: string): Table {
  const ordered = [...cells].sort((a, b) => a.metrics.iterationNs.value - b.metrics.iterationNs.value);
  return {
    caption,
    head: ['Target', 'Time per iteration'],
    rows: ordered.map((cell) => ({ heading: cell.target, cells: [number(timeOf(cell))] })),
  };
}
