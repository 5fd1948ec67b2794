/**
 * The contract of a chart. A chart is one file of `figures/`, found by its folder: its section and title, its data, its
 * specification in Vega-Lite, and the table behind it.
 */
import type { TopLevelSpec } from 'vega-lite';
import type { Group, RunResults } from '../../common/run/results.js';
import type { OkCell } from '../analyse/groups.js';
import type { Axis, Sweep } from '../analyse/scaling.js';

export type Chart = GroupChart | SweepChart;

interface CommonChart {
  /** Unique among the charts. */
  readonly kind: string;
  /** Charts come in this order on the page. */
  readonly place: number;
  /**
   * A large page draws some charts only once its scripts run; their tables are always there. `essential` ones are drawn
   * beforehand for longest.
   */
  readonly importance: 'essential' | 'useful';
}

/** Drawn for every comparison, in a section of its own. */
export interface GroupChart extends CommonChart {
  readonly of: 'group';
  readonly section: {
    /** Links and style sheets name it. */
    readonly id: string;
    readonly title: string;
    /** In the list of sections, where the title is too long for it. */
    readonly shortTitle?: string;
    /** What is drawn, and how to read it. */
    readonly text: string;
  };
  readonly spec: TopLevelSpec;
  /** Null where the comparison has nothing to draw. */
  draw(scene: GroupScene): Drawing | null;
}

/** Drawn along every sweep over one of its axes, in the section on scaling. */
export interface SweepChart extends CommonChart {
  readonly of: 'sweep';
  readonly axes: readonly Axis[];
  /** Null where no line of the sweep has anything to draw. */
  draw(scene: SweepScene): (Drawing & { readonly spec: TopLevelSpec }) | null;
}

export interface GroupScene {
  readonly results: RunResults;
  readonly group: Group;
  readonly title: string;
  /** The `ok` cells of the group, fastest first; never empty. */
  readonly cells: readonly [OkCell, ...OkCell[]];
  /** Maximum of marks of single iterations, and of turns, per target. */
  readonly marks: number;
}

export interface SweepScene {
  readonly results: RunResults;
  readonly sweep: Sweep;
  readonly title: string;
}

export interface Drawing {
  /** Said by a screen reader instead of the drawing. */
  readonly description: string;
  /** The specification reads them from the data set `rows`. */
  readonly rows: readonly Row[];
  readonly table: Table;
  /** By target: what takes the place of `rows` where the reader chooses that target as the baseline. */
  readonly rowsByBaseline?: ReadonlyMap<string, readonly Row[]>;
}

export type Row = Readonly<Record<string, string | number | null>>;

export interface Table {
  readonly caption: string;
  readonly head: readonly string[];
  /** The first cell of a row is its heading. */
  readonly rows: readonly { readonly heading: string; readonly cells: readonly TableCell[] }[];
}

/** A table's cell: text, and whether it is a number (aligned to the right). */
export interface TableCell {
  readonly text: string;
  readonly numeric?: boolean;
  /** Names a style. */
  readonly note?: string;
}

export const number = (text: string): TableCell => ({ text, numeric: true });
