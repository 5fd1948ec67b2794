/** Every cell over all runs, with the changes of level that the history finds. */
import { groupBy } from '../../../common/group-by.js';
import { shortGroupName } from '../../../common/run/cell.js';
import { counted } from '../../../common/text.js';
import { cellView, historyCaption } from '../../history/page.js';
import { recordOf } from '../../history/record.js';
import { type CellHistory, cellHistories, type LocatedChange } from '../../history/series.js';
import { HistoryStore } from '../../history/store.js';
import { changeText } from '../../history/words.js';
import type { Figure, Fold, Paragraph } from '../../html/section.js';
import type { Named, ShownRun, SiteContents } from '../contents.js';
import { linkTo, overTimeOf, overTimePath, type SitePage, workloadPath } from '../page.js';

/** A cell with at least two results in one series. */
export interface TimedCell {
  readonly history: CellHistory;
  /** As it is called now. */
  readonly workload: string;
  /** Its id without the target. */
  readonly comparison: string;
  readonly target: string;
}

/** In a store of these runs alone: which points belong together is the history's to say. */
export function timedCells(runs: readonly ShownRun[]): TimedCell[] {
  const store = new HistoryStore(':memory:');
  try {
    for (const { results, retraction } of runs)
      store.add(recordOf(results, { commitTime: null, retraction }));
    const points = new Map(store.cells().map(({ cell }) => [cell, store.points(cell)]));
    return cellHistories(points).flatMap((history) => {
      const now = history.series.at(-1)?.points.at(-1)?.cell;
      if (!now || !history.series.some(({ ok }) => ok.length > 1)) return [];
      const { workload, target } = now;
      const comparison = shortGroupName({ id: history.cell, target });
      return [{ history, workload, comparison, target }];
    });
  } finally {
    store.close();
  }
}

/** @returns the page of all changes, and one for each workload that has several runs */
export async function overTimePages(
  { workloads, runs }: SiteContents,
  cells: readonly TimedCell[],
): Promise<SitePage[]> {
  const byWorkload = groupBy(cells, ({ workload }) => workload);
  const timed = workloads.filter(({ name }) => byWorkload.has(name));
  const pages = timed.map((workload) => workloadOverTime(workload, byWorkload.get(workload.name) ?? []));
  return [indexPage(timed, cells, runs.length), ...(await Promise.all(pages))];
}

function indexPage(timed: readonly Named[], cells: readonly TimedCell[], runs: number): SitePage {
  const path = overTimePath;
  return {
    path,
    title: 'Deep-learning frameworks over time',
    heading: 'What has become faster or slower, and since when?',
    description: `${counted(cells.length, 'cell')} with results in two runs or more, of ${counted(runs, 'run')}.`,
    sections: [
      { id: 'changes', title: 'Changes', paragraphs: changeParagraphs(cells) },
      {
        id: 'workloads',
        title: 'Every cell over time',
        links: timed.map((workload) => ({
          href: linkTo(path, overTimeOf(workload)),
          text: workload.name,
        })),
        paragraphs:
          timed.length > 0 ? [] : [{ text: 'No cell has results in two runs of the same machine yet.' }],
      },
      {
        id: 'method',
        title: 'Method',
        paragraphs: [
          {
            text: 'A run is one value, its median time per iteration; a change is judged by several runs on both sides of it, at 99 % over all places at which one could have been selected, and beyond 2 %. Confirming one takes 13 runs or more. Runs of other machines, thread counts or ways of measuring are series of their own, and retracted runs are in none.',
          },
        ],
      },
    ],
  };
}

function changeParagraphs(cells: readonly TimedCell[]): Paragraph[] {
  const found = cells.flatMap(({ history: { cell, series } }) =>
    series.flatMap(({ changes }) => changes.map((change) => ({ cell, change }))),
  );
  const of = (standing: LocatedChange['standing']) =>
    found
      .filter(({ change }) => change.standing === standing)
      .map(({ cell, change }) => ({
        text: `${cell}, ${standing}: ${changeText(change)}`,
        isCaution: standing === 'confirmed',
      }));
  const all = [...of('confirmed'), ...of('suspected')];
  return all.length > 0 ? all : [{ text: 'None was found.' }];
}

async function workloadOverTime(workload: Named, cells: readonly TimedCell[]): Promise<SitePage> {
  const path = overTimeOf(workload);
  const comparisons = [...groupBy(cells, ({ comparison }) => comparison)];
  const sections = comparisons.map(async ([title, own], place) => ({
    id: `comparison-${place}`,
    title,
    figures: await Promise.all(own.map(figureOf)),
  }));
  return {
    path,
    title: `${workload.name} over time`,
    heading: `${workload.name} over time`,
    description: `Time per iteration of ${workload.name} in every run, with changes of level.`,
    sections: [
      {
        id: 'reading',
        title: 'How to read it',
        paragraphs: [{ text: historyCaption }],
        links: [
          { href: linkTo(path, workloadPath(workload)), text: `The newest results of ${workload.name}` },
        ],
      },
      ...(await Promise.all(sections)),
    ],
  };
}

async function figureOf({ history, target }: TimedCell): Promise<Figure> {
  const { cell, note, svg, description, series } = await cellView(history);
  return {
    title: target,
    svg,
    description,
    ...(note === '' ? {} : { caption: note }),
    folds: series.map(({ letter, conditions, changes, none, table }): Fold => {
      const count = changes.length === 0 ? '' : `, ${counted(changes.length, 'change')}`;
      return {
        summary: `${letter}: ${conditions}${count}`,
        paragraphs: [
          ...changes.map(({ text, confirmed, standing }) => ({
            text: `${standing}: ${text}`,
            isCaution: confirmed,
          })),
          ...(none === '' ? [] : [{ text: none }]),
        ],
        tables: [{ ...table, caption: `${cell}: ${table.caption}` }],
      };
    }),
  };
}
