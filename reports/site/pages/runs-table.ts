/** Runs in a table, newest first; a retracted one is named and says why. */
import { retractionText } from '../../../common/run/retraction.js';
import { dateText } from '../../history/words.js';
import { number, type Table, type TableCell } from '../../html/chart.js';
import { stateCounts } from '../../summary.js';
import type { ShownRun } from '../contents.js';
import { reportLink } from '../page.js';

/** @param titles of machines by run, where runs are of several */
export function runsTable(
  from: string,
  runs: readonly ShownRun[],
  caption: string,
  titles?: ReadonlyMap<ShownRun, string>,
): Table {
  const machine = (run: ShownRun): TableCell[] => (titles ? [{ text: titles.get(run) ?? '' }] : []);
  return {
    caption,
    head: [
      'Started (UTC)',
      'Report',
      ...(titles ? ['Machine'] : []),
      'Touchstone',
      'Rounds',
      'Cells with a result',
      'Others',
      'State',
    ],
    rows: [...runs].reverse().map((run) => {
      const { results } = run;
      const ok = results.cells.filter(({ state }) => state === 'ok').length;
      const others = stateCounts(results).filter(({ state }) => state !== 'ok');
      return {
        heading: dateText(results.startedAt),
        cells: [
          { text: results.id, href: reportLink(from, run) },
          ...machine(run),
          { text: results.touchstone.commit ?? results.touchstone.version },
          number(String(results.finishedRounds)),
          number(`${ok} of ${results.cells.length}`),
          { text: others.map(({ state, count }) => `${count} ${state}`).join(', ') },
          stateCell(run),
        ],
      };
    }),
  };
}

function stateCell({ results, retraction }: ShownRun): TableCell {
  if (retraction) return { text: retractionText(retraction), note: 'retracted' };
  return { text: results.ending };
}
