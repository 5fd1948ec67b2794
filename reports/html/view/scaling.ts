/** The section on scaling: a drawing or three, with their tables, for each sweep of the run. */

import type { RunResults } from '../../../common/run/results.js';
import { settingsOf } from '../../analyse/groups.js';
import { type Axis, type ScalingLine, type Sweep, sweepsOf } from '../../analyse/scaling.js';
import { sweepTitle, threadsText } from '../../text.js';
import { type ScalingKind, scalingRows, scalingSpec, scalingText, shownBy } from '../charts/scaling.js';
import type { Detail } from '../thin.js';
import { type Figure, figure, number, type Table, type TableCell } from './figure.js';
import type { PageDrawings } from './groups.js';

export interface SweepView {
  readonly title: string;
  /** What the selection on the page does not choose of it. */
  readonly axis: Axis;
  readonly workload: string;
  readonly mode: string;
  readonly batch?: number;
  readonly length?: number;
  readonly threads?: number;
  /** Of several drawings each has its part of the title. */
  readonly figures: readonly (Figure & { readonly part: string })[];
}

const kindsOf: Readonly<Record<Axis, readonly ScalingKind[]>> = {
  batch: ['throughput'],
  length: ['throughput'],
  threads: ['throughput', 'speed-up', 'efficiency'],
};

export async function scalingViews(
  results: RunResults,
  drawings: PageDrawings,
  detail: Detail,
): Promise<SweepView[]> {
  const sweeps = sweepsOf(results);
  return Promise.all(
    sweeps.map(async (sweep, index) => {
      const { axis, identity } = sweep;
      const { workload, mode, batch, length, threads } = identity;
      const figures = kindsOf[axis].map((kind) =>
        figureOf(results, sweep, kind, `${kind}-${index}`, drawings, detail),
      );
      return {
        title: sweepTitle(axis, identity),
        axis,
        workload,
        mode,
        ...(axis === 'batch' ? {} : { batch }),
        ...(length === undefined ? {} : { length }),
        ...(threads === undefined ? {} : { threads }),
        figures: (await Promise.all(figures))
          .filter((made) => made !== null)
          .map((made) => ({ ...made, part: figures.length > 1 ? made.kind : '' })),
      };
    }),
  );
}

/** Null where no line has anything to show, as speed-ups where the fewest threads have no result. */
async function figureOf(
  results: RunResults,
  sweep: Sweep,
  kind: ScalingKind,
  id: string,
  drawings: PageDrawings,
  detail: Detail,
): Promise<Figure | null> {
  const rows = scalingRows(kind, sweep);
  if (!rows.some((row) => row.kind === 'measured')) return null;
  const targets = results.targets.map(({ target }) => target);
  const spec = scalingSpec(kind, sweep, rows, targets);
  drawings.rows[id] = rows;
  drawings.specs[id] = spec;
  const title = sweepTitle(sweep.axis, sweep.identity);
  const description = `${captions[kind]}: ${title}`;
  return figure(
    { id, kind, description, rows, spec, table: tableOf(results, sweep, kind, description) },
    detail,
  );
}

const captions: Readonly<Record<ScalingKind, string>> = {
  throughput: 'Throughput',
  'speed-up': 'Speed-up; the dashed line is the ideal',
  efficiency: 'Parallel efficiency',
};

function tableOf(results: RunResults, sweep: Sweep, kind: ScalingKind, caption: string): Table {
  const { axis, identity, values, lines } = sweep;
  const unit = kind !== 'throughput' ? '' : axis === 'length' ? ', steps/s' : ', examples/s';
  return {
    caption: `${caption}${unit}`,
    head: ['Target', ...values.map((at) => placeText(axis, at))],
    rows: lines.map((line) => ({
      heading: line.target,
      cells: values.map((at) => cellOf(results, line, kind, at, identity.mode)),
    })),
  };
}

function placeText(axis: Axis, at: number): string {
  return axis === 'threads' ? threadsText([at]) : `${axis} ${at.toLocaleString('en')}`;
}

/** A target that computes with fewer threads than it may says so beside the number that this explains. */
function cellOf(
  results: RunResults,
  { points, missing }: ScalingLine,
  kind: ScalingKind,
  at: number,
  mode: string,
): TableCell {
  const state = missing.get(at)?.state;
  if (state) return { text: state, note: state };
  const point = points.find((candidate) => candidate.at === at);
  const estimate = point && shownBy(kind, point);
  if (!point || !estimate) return { text: point ? 'no base' : `no ${mode} here` };
  const told = settingsOf(point.cell, results.targets).threads;
  const allowed = point.cell.threads;
  const fewer = typeof told === 'number' && allowed !== undefined && told < allowed;
  const text = scalingText(kind, estimate);
  return number(fewer ? `${text}; uses ${threadsText([told])}` : text);
}
