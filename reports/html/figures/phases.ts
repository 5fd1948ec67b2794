/** What happens before the steady state, and how long it takes. */
import type { TopLevelSpec } from 'vega-lite';
import type { Estimate, TargetResult } from '../../../common/run/results.js';
import type { OkCell } from '../../analyse/groups.js';
import { once } from '../../text.js';
import { base, logScale, targetAxis, timeAxis } from '../axes.js';
import { type GroupChart, number, type Row, type Table } from '../chart.js';
import { seriesColours, seriesShapes } from '../theme.js';

/** In the order in which they happen; null where the run did not observe one. */
const phases: Readonly<Record<string, (cell: OkCell, target: TargetResult | undefined) => number | null>> = {
  spawn: (_, target) => nanoseconds(target?.spawnMs),
  import: (_, target) => nanoseconds(target?.importMs),
  load: ({ metrics }) => metrics.loadNs?.value ?? null,
  first: ({ metrics }) => metrics.firstNs?.value ?? null,
  steady: ({ metrics }) => metrics.iterationNs.value,
};
const names = Object.keys(phases);

const spec: TopLevelSpec = {
  ...base,
  height: { step: 30 },
  mark: { type: 'point', filled: true, size: 80, opacity: 0.95 },
  encoding: {
    y: targetAxis,
    x: {
      field: 'ns',
      type: 'quantitative',
      scale: logScale,
      axis: { ...timeAxis, title: 'duration (log scale)' },
    },
    color: {
      field: 'phase',
      type: 'nominal',
      scale: { domain: names, range: seriesColours.slice(0, names.length) },
    },
    shape: {
      field: 'phase',
      type: 'nominal',
      scale: { domain: names, range: seriesShapes.slice(0, names.length) },
    },
    tooltip: [{ field: 'target' }, { field: 'phase' }, { field: 'text', title: 'duration' }],
  },
};

const chart: GroupChart = {
  of: 'group',
  kind: 'phases',
  place: 5,
  importance: 'useful',
  section: {
    id: 'phases',
    title: 'Phases',
    text: 'What a user waits for before the steady state: starting the process, importing the framework, loading the model, the first iteration. Load and first iteration are those of processes that had loaded nothing before.',
  },
  spec,
  draw({ cells, title, results: { targets } }) {
    const observed = cells.map((cell) => observe(cell, targets));
    return {
      description: `Duration of each phase: ${title}`,
      rows: observed.flatMap(rowsOf),
      table: tableOf(title, observed),
    };
  },
};
export default chart;

interface Observed {
  readonly target: string;
  readonly phases: readonly { readonly phase: string; readonly ns: number | null }[];
}

function observe(cell: OkCell, targets: readonly TargetResult[]): Observed {
  const target = targets.find((candidate) => candidate.target === cell.target);
  const found = Object.entries(phases).map(([phase, read]) => ({ phase, ns: read(cell, target) }));
  return { target: cell.target, phases: found };
}

function rowsOf({ target, phases: observed }: Observed): Row[] {
  return observed.flatMap(({ phase, ns }) =>
    ns === null ? [] : [{ target, phase, ns: Math.max(1, Math.round(ns)), text: once(ns) }],
  );
}

function tableOf(title: string, observed: readonly Observed[]): Table {
  return {
    caption: `Phases: ${title}`,
    head: ['Target', ...names],
    rows: observed.map(({ target, phases: own }) => ({
      heading: target,
      cells: own.map(({ ns }) => number(ns === null ? 'not known' : once(ns))),
    })),
  };
}

function nanoseconds(estimateMs: Estimate | null | undefined): number | null {
  return estimateMs ? estimateMs.value * 1e6 : null;
}
