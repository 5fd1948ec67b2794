/** The ratios of one run as a matrix: targets by comparisons, as in a report. */
import { groupBy } from '../../common/group-by.js';
import { geometricMean } from '../../common/statistics/geometric-mean.js';
import type { RunsComparison } from '../analyse/compare-runs.js';
import { lookOf } from '../html/page/look.js';
import { type CellView, fadeOf, heatOf, legendOf, type MatrixView, signOf } from '../html/page/matrix.js';
import { groupTitle, inline, ratio as ratioQuantity } from '../text.js';
import { changeOf, type RunRatio, ratiosOf } from './words.js';

/** Undefined where the run has no ratio. */
export function ratioMatrix(
  comparison: RunsComparison,
  place: number,
  caption: string,
): MatrixView | undefined {
  const ratios = ratiosOf(comparison, place);
  if (ratios.length === 0) return undefined;
  // Columns of one workload stand together.
  const titles = [...groupBy([...new Set(ratios.map(titleOf))], workloadOf).values()].flat();
  // A target has the same colour in the matrices of all runs.
  const targets = [...new Set(comparison.cells.map(({ cell }) => cell.target))];
  const byTarget = groupBy(ratios, ({ cell }) => cell.cell.target);
  const rows = targets.flatMap((name, target) => {
    const own = byTarget.get(name);
    if (!own) return [];
    const mean = geometricMean(own.map(({ ratio }) => ratio.value));
    return [
      {
        target,
        name,
        device: '',
        look: lookOf(target),
        overall: {
          text: inline(ratioQuantity({ value: mean, low: null, high: null })),
          heat: heatOf(mean),
        },
        cells: titles.map((title) =>
          cellView(
            own.find((one) => titleOf(one) === title),
            name,
            title,
          ),
        ),
      },
    ];
  });
  return {
    caption,
    isFixed: true,
    ...headsOf(titles),
    overall: { title: 'geometric mean of its cells', sorted: '' },
    targets: { sorted: '' },
    rows,
    folded: [],
    legend: legendOf(rows),
    status: '',
  };
}

function titleOf({ cell }: RunRatio): string {
  return groupTitle(cell.cell);
}

function workloadOf(title: string): string {
  return title.split(' · ')[0] ?? title;
}

/** `lenet5 · inference · batch 1`: the workload is the heading of its columns. */
function headsOf(titles: readonly string[]): Pick<MatrixView, 'workloads' | 'columns'> {
  const workloads = [...groupBy(titles, workloadOf)];
  return {
    workloads: workloads.map(([title, { length }]) => ({ title, span: length })),
    columns: titles.map((title, group) => ({
      group,
      title,
      variant: title.split(' · ').slice(1).join(', '),
      slug: '',
      isChosen: false,
      sorted: '' as const,
    })),
  };
}

function cellView(found: RunRatio | undefined, name: string, title: string): CellView {
  const none = { slug: '', symbol: '', text: '', interval: '', style: 'none', hint: '' };
  if (!found) return { ...none, label: 'not compared', hint: 'not compared' };
  const { ratio } = found;
  const change = changeOf(ratio);
  const { symbol, meaning } = signOf(change);
  const { interval, ...bare } = ratioQuantity(ratio);
  const text = inline({ ...bare, interval: '' });
  return {
    ...none,
    symbol,
    text,
    interval,
    style: [change, heatOf(ratio.value), fadeOf(ratio, change)].filter(Boolean).join(' '),
    label: `${text}${interval && ` ${interval}`} ${name}, ${title}: ${meaning}`,
    hint: meaning,
  };
}
