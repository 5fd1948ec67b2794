/** What happens before the steady state, and how long it takes. */
import type { TopLevelSpec } from 'vega-lite';
import { once } from '../../text.js';
import { base, logScale, targetAxis, timeAxis } from '../axes.js';
import { type GroupChart, number, type Row, type Table } from '../chart.js';
import { colourOf } from '../page/look.js';
import type { GroupScene } from '../page/scene.js';
import { item, type ResultTable, targetOf } from '../page/table.js';
import { seriesShapes } from '../theme.js';

/** In the order in which they happen; null where the run did not observe one. */
const phases: Readonly<Record<string, (table: ResultTable, cell: number) => number | null>> = {
  spawn: (table, cell) => targetOf(table, cell).spawnNs,
  import: (table, cell) => targetOf(table, cell).importNs,
  load: ({ cells }, cell) => item(cells.loadNs, cell),
  first: ({ cells }, cell) => item(cells.firstNs, cell),
  steady: ({ cells }, cell) => item(cells.time, cell)?.[0] ?? null,
};
const names = Object.keys(phases);

const spec: TopLevelSpec = {
  ...base,
  height: { step: 26 },
  mark: { type: 'point', filled: true, size: 80, opacity: 0.95 },
  encoding: {
    y: targetAxis,
    x: {
      field: 'ns',
      type: 'quantitative',
      scale: logScale,
      axis: { ...timeAxis, title: 'duration (log scale)' },
    },
    color: { field: 'colour', type: 'nominal', scale: null },
    shape: {
      field: 'phase',
      type: 'nominal',
      scale: { domain: names, range: seriesShapes.slice(0, names.length) },
      legend: { columns: 3, symbolFillColor: 'var(--ink-soft)', symbolStrokeColor: 'var(--ink-soft)' },
    },
    tooltip: [{ field: 'target' }, { field: 'phase' }, { field: 'text', title: 'duration' }],
  },
};

const chart: GroupChart = {
  of: 'group',
  kind: 'phases',
  place: 5,
  section: {
    id: 'phases',
    title: 'Phases',
    summary: 'start, import, load, first iteration',
    text: 'What a user waits for before the steady state: starting the process, importing the framework, loading the model, the first iteration. Load and first iteration are those of processes that had loaded nothing before.',
  },
  specs: { points: spec },
  draw(scene) {
    const observed = scene.cells.map((cell) => observe(scene, cell));
    return {
      spec: 'points',
      description: `Duration of each phase: ${scene.title}`,
      rows: observed.flatMap(rowsOf),
      table: tableOf(scene.title, observed),
    };
  },
};
export default chart;

interface Observed {
  readonly target: string;
  readonly colour: string;
  readonly phases: readonly { readonly phase: string; readonly ns: number | null }[];
}

function observe({ table }: GroupScene, cell: number): Observed {
  return {
    target: targetOf(table, cell).name,
    colour: colourOf(item(table.cells.target, cell)),
    phases: Object.entries(phases).map(([phase, read]) => ({ phase, ns: read(table, cell) })),
  };
}

function rowsOf({ target, colour, phases: observed }: Observed): Row[] {
  return observed.flatMap(({ phase, ns }) =>
    ns === null ? [] : [{ target, colour, phase, ns: Math.max(1, Math.round(ns)), text: once(ns) }],
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
