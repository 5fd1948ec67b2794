/** A drawing with its caption and the table behind it, ready for the template. */
import { drawChart } from '../charts/draw.js';
import type { Row } from '../charts/rows.js';
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

export interface Figure {
  /** Where the page's data keeps its rows: `intervals-0`. */
  readonly id: string;
  readonly kind: ChartKind;
  /** Said by a screen reader instead of the drawing. */
  readonly description: string;
  readonly svg: string;
  readonly table: Table;
}

export interface FigureSource {
  readonly id: string;
  readonly kind: ChartKind;
  readonly description: string;
  readonly rows: readonly Row[];
  readonly table: Table;
}

export async function figure(source: FigureSource, detail: Detail): Promise<Figure> {
  const { id, kind, description, rows, table } = source;
  const drawn = rows.length > 0 && detail.drawn.includes(kind);
  return { id, kind, description, table, svg: drawn ? await drawChart(kind, rows) : '' };
}

export const number = (text: string): TableCell => ({ text, numeric: true });
