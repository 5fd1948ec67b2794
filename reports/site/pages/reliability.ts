/** How often a target gives a result, by its version. */
import { groupBy } from '../../../common/group-by.js';
import type { CellResult, TargetResult } from '../../../common/run/results.js';
import { number, type TableRow } from '../../html/chart.js';
import { percent } from '../../text.js';
import { counting, type ShownRun, type SiteContents } from '../contents.js';
import { reliabilityPath, type SitePage } from '../page.js';

interface Planned {
  readonly target: string;
  readonly version: string;
  readonly run: ShownRun;
  readonly cell: CellResult;
}

export function reliabilityPage({ runs }: SiteContents): SitePage {
  // A run that ended early has cells that nothing is known of.
  const finished = counting(runs).filter(({ results }) => results.ending === 'finished');
  const planned = finished.flatMap(plannedCells);
  const byVersion = groupBy(planned, ({ target, version }) => JSON.stringify([target, version]));
  const rows = [...byVersion].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, own]) => rowOf(own));
  return {
    path: reliabilityPath,
    title: 'Reliability of deep-learning frameworks',
    heading: 'How often does a target give a result?',
    description: `Share of cells with a right result by target and version, over ${finished.length} finished runs.`,
    sections: [
      {
        id: 'targets',
        title: 'By target and version',
        paragraphs: [
          {
            text: 'The share is of the cells that were tried: ok ÷ (ok + wrong + failed). Unsupported cells (the framework cannot do it) and unavailable ones (it was not installed) are counted beside it. Runs that ended early and retracted runs are left out.',
          },
        ],
        tables: [
          {
            caption: 'Cells by state',
            head: [
              ...['Target', 'Versions', 'Runs', 'ok of those tried', 'Ok', 'Wrong', 'Failed'],
              ...['Unsupported', 'Unavailable'],
            ],
            rows,
          },
        ],
      },
    ],
  };
}

function plannedCells(run: ShownRun): Planned[] {
  const versions = new Map(run.results.targets.map((target) => [target.target, versionText(target)]));
  return run.results.cells.map((cell) => ({
    target: cell.target,
    version: versions.get(cell.target) ?? '',
    run,
    cell,
  }));
}

function versionText({ versions }: TargetResult): string {
  const texts = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return texts.length === 0 ? 'never started' : texts.join(', ');
}

function rowOf(own: readonly Planned[]): TableRow {
  const count = (state: CellResult['state']) => own.filter(({ cell }) => cell.state === state).length;
  const tried = count('ok') + count('wrong') + count('failed');
  const states = ['ok', 'wrong', 'failed', 'unsupported', 'unavailable'] as const;
  return {
    heading: own[0]?.target ?? '',
    cells: [
      { text: own[0]?.version ?? '' },
      number(String(new Set(own.map(({ run }) => run)).size)),
      number(tried === 0 ? '–' : percent(count('ok') / tried)),
      ...states.map((state) => ({
        text: String(count(state)),
        numeric: true,
        ...(count(state) > 0 && (state === 'wrong' || state === 'failed') ? { note: state } : {}),
      })),
    ],
  };
}
