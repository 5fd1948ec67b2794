/** Every turn in the order of time, relative to its target's own median: drift shows as a stripe common to all. */
import type { TopLevelSpec } from 'vega-lite';
import { once, onceInThreeDigits, percent } from '../../text.js';
import { base, targetAxis } from '../axes.js';
import { type GroupChart, number, type Row, type Table } from '../chart.js';
import type { GroupScene } from '../page/scene.js';
import { item, targetOf } from '../page/table.js';

const spec: TopLevelSpec = {
  ...base,
  height: { step: 26 },
  mark: { type: 'point', filled: true, opacity: 0.9 },
  encoding: {
    y: targetAxis,
    x: {
      field: 'order',
      type: 'quantitative',
      scale: { zero: false, nice: false, padding: 8 },
      axis: { title: 'turns of all targets, in order', tickCount: 5, tickMinStep: 1 },
    },
    color: { field: 'colour', type: 'nominal', scale: null },
    shape: { field: 'shape', type: 'nominal', scale: null },
    size: { field: 'size', type: 'quantitative', scale: null },
    tooltip: [
      { field: 'target' },
      { field: 'round' },
      { field: 'startS', title: 'seconds since the run began' },
      { field: 'text', title: 'median of the turn' },
      { field: 'relative', title: 'relative to its median' },
    ],
  },
};

const chart: GroupChart = {
  of: 'group',
  kind: 'sequence',
  place: 4,
  section: {
    id: 'sequence',
    title: 'Run sequence',
    summary: 'every turn in order: what drifts, and what all share',
    text: 'Every turn in the order in which it was measured. A triangle points up where it took longer than its target’s own median, and down where less long; the larger, the further off, up to half as long again. What all targets share at one moment is the machine’s, and cancels in the ratios.',
  },
  specs: { strips: spec },
  draw(scene) {
    const orders = ordersOf(scene);
    return {
      spec: 'strips',
      description: `Turns in the order of time, relative to each target’s median: ${scene.title}`,
      rows: scene.cells.flatMap((cell) => rowsOf(scene, cell, orders)),
      table: tableOf(scene),
    };
  },
};
export default chart;

/** Areas of the smallest and the largest triangle, in square pixels, and the deviation of the largest. */
const smallest = 14;
const largest = 220;
const farthest = Math.log(1.5);
/** Below this share a turn is as its target's other ones. */
const nearby = Math.log(1.02);

/** From 1, by the milliseconds at which turns began. */
function ordersOf({ table, cells }: GroupScene): ReadonlyMap<number, number> {
  const starts = cells.flatMap((cell) => item(table.cells.turns, cell).map(([, startMs]) => startMs));
  return new Map(starts.sort((a, b) => a - b).map((startMs, index) => [startMs, index + 1]));
}

function rowsOf({ table }: GroupScene, cell: number, orders: ReadonlyMap<number, number>): Row[] {
  const { name: target } = targetOf(table, cell);
  const time = item(table.cells.time, cell)?.[0] ?? 1;
  return item(table.cells.turns, cell).map(([round, startMs, ns]) => {
    const deviation = Math.log(Math.max(1, ns) / time);
    const share = Math.min(1, Math.abs(deviation) / farthest);
    const isNear = Math.abs(deviation) < nearby;
    return {
      target,
      round: round + 1,
      startS: startMs / 1000,
      order: orders.get(startMs) ?? 0,
      relative: percent(ns / time),
      text: onceInThreeDigits(ns),
      size: smallest + share * (largest - smallest),
      shape: isNear ? 'circle' : deviation > 0 ? 'triangle-up' : 'triangle-down',
      colour: isNear ? 'var(--ink-soft)' : deviation > 0 ? 'var(--slow)' : 'var(--fast)',
    };
  });
}

function tableOf({ table, title, cells }: GroupScene): Table {
  const rounds = [...new Set(cells.flatMap((cell) => item(table.cells.rounds, cell)))].sort((a, b) => a - b);
  return {
    caption: `Median of each round: ${title}`,
    head: ['Round', ...cells.map((cell) => targetOf(table, cell).name)],
    rows: rounds.map((round) => ({
      heading: String(round + 1),
      cells: cells.map((cell) => {
        const ns = item(table.cells.medians, cell)[item(table.cells.rounds, cell).indexOf(round)];
        return number(ns === undefined ? '–' : once(ns));
      }),
    })),
  };
}
