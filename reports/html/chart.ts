/**
 * The contract of a chart. A chart is one file of `figures/`, found by its folder: its section and title, its data, its
 * specification in Vega-Lite, and the table behind it.
 */
import type { TopLevelSpec } from 'vega-lite';
import type { RunResults } from '../../common/run/results.js';
import type { Axis, Sweep } from '../analyse/scaling.js';
import type { GroupScene } from './page/scene.js';

export type Chart = GroupChart | SweepChart;

interface CommonChart {
  /** Unique among the charts. */
  readonly kind: string;
  /** Charts come in this order on the page. */
  readonly place: number;
}

/**
 * Drawn for the comparison that the reader has chosen, in a section of its own. It runs in the page too: like the modules of
 * `page/`, its file imports no package.
 */
export interface GroupChart extends CommonChart {
  readonly of: 'group';
  readonly section: {
    /** Links and style sheets name it. */
    readonly id: string;
    readonly title: string;
    /** In one line, beside the title while the section is folded. */
    readonly summary: string;
    /** What is drawn, and how to read it. */
    readonly text: string;
  };
  /** By name, which a drawing chooses by. */
  readonly specs: Readonly<Record<string, TopLevelSpec>>;
  /** Null where the comparison has nothing to draw. */
  draw(scene: GroupScene): (Drawing & { readonly spec: string }) | null;
}

/** Drawn along every sweep over one of its axes, in the section on scaling. */
export interface SweepChart extends CommonChart {
  readonly of: 'sweep';
  readonly axes: readonly Axis[];
  /** Null where no line of the sweep has anything to draw. */
  draw(scene: SweepScene): (Drawing & { readonly spec: TopLevelSpec }) | null;
}

export interface SweepScene {
  readonly results: RunResults;
  readonly sweep: Sweep;
  /** The sweep with all its lines, where `sweep` is one of several panels with a common scale. */
  readonly among: Sweep;
  readonly title: string;
}

export interface Drawing {
  /** Said by a screen reader instead of the drawing. */
  readonly description: string;
  /** The specification reads them from the data set `rows`. */
  readonly rows: readonly Row[];
  readonly table: Table;
}

export type Row = Readonly<Record<string, string | number | null>>;

export interface Table {
  readonly caption: string;
  readonly head: readonly string[];
  /** The first cell of a row is its heading. */
  readonly rows: readonly TableRow[];
}

export interface TableRow {
  readonly heading: string;
  /** Where links lead to. */
  readonly ids?: readonly string[];
  /** Places of the cells that it says something of: without any of them shown it is hidden. */
  readonly of?: readonly number[];
  readonly cells: readonly TableCell[];
}

/** A table's cell: text, and whether it is a number (aligned to the right). */
export interface TableCell {
  readonly text: string;
  readonly numeric?: boolean;
  /** Names a style. */
  readonly note?: string;
  /** Where the text leads to. */
  readonly href?: string;
}

export const number = (text: string): TableCell => ({ text, numeric: true });
