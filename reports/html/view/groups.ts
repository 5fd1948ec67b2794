/** What the page says of every comparison in full: a table of numbers, and what makes it not like for like. */
import type { RunResults } from '../../../common/run/results.js';
import { groupDifferences } from '../../summary.js';
import type { Table } from '../chart.js';
import { numbersSummary, numbersTable } from '../page/numbers.js';
import { item, type ResultTable } from '../page/table.js';

export interface GroupView {
  /** Its place in the table. */
  readonly place: number;
  readonly slug: string;
  readonly workload: string;
  readonly variant: string;
  readonly title: string;
  readonly verdict: string;
  /** In one line: what its table holds. */
  readonly summary: string;
  readonly differences: readonly string[];
  readonly numbers: Table | null;
}

/** @param hasNumbers whether the page has tables of numbers from the beginning */
export function groupViews(results: RunResults, table: ResultTable, hasNumbers: boolean): GroupView[] {
  return results.groups.map((group, place) => {
    const { slug, workload, variant, title, verdict } = item(table.groups, place);
    return {
      place,
      slug,
      workload,
      variant,
      title,
      verdict,
      summary: numbersSummary(table, place),
      differences: groupDifferences(results, group),
      numbers: hasNumbers ? numbersTable(table, place) : null,
    };
  });
}
