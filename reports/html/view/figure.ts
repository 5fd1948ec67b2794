/** A drawing with its caption and the table behind it, ready for the template. */
import type { TopLevelSpec } from 'vega-lite';
import { drawChart, drawSpec } from '../charts/draw.js';
import type { Row } from '../charts/rows.js';
import type { ScalingKind } from '../charts/scaling.js';
import type { ChartKind } from '../charts/specs.js';
import type { Detail } from '../thin.js';

/** A table's cell: text, and whether it is a number (aligned to the right). */
export interface TableCell {
  readonly text: string;
  readonly numeric?: boolean;
  readonly note?: string;
}

export interface Table {
  readonly caption: string;
  readonly head: readonly string[];
  /** The first cell of a row is its heading. */
  readonly rows: readonly { readonly heading: string; readonly cells: readonly TableCell[] }[];
}

/** Those of a group, which have one layout each, and those of a sweep, which have one of their own. */
export type FigureKind = ChartKind | ScalingKind;

export interface Figure {
  /** Where the page's data keeps its rows: `intervals-0`. */
  readonly id: string;
  readonly kind: FigureKind;
  /** Said by a screen reader instead of the drawing. */
  readonly description: string;
  readonly svg: string;
  readonly table: Table;
}

interface Source {
  readonly id: string;
  readonly description: string;
  readonly rows: readonly Row[];
  readonly table: Table;
}

export type FigureSource = Source & { readonly kind: ChartKind };
export type SweepFigureSource = Source & { readonly kind: ScalingKind; readonly spec: TopLevelSpec };

export async function figure(source: FigureSource | SweepFigureSource, detail: Detail): Promise<Figure> {
  const { id, kind, description, rows, table } = source;
  const isDrawn = rows.length > 0 && detail.drawn.includes(kind);
  const draw = () => ('spec' in source ? drawSpec(source.spec, rows) : drawChart(source.kind, rows));
  return { id, kind, description, table, svg: isDrawn ? await draw() : '' };
}

export const number = (text: string): TableCell => ({ text, numeric: true });
