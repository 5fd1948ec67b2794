/** The table as it stands in a page: what a column repeats is written once. */
import { type CellColumns, item, type ResultTable } from './table.js';

/** A column with a value for each cell, or its distinct values and the place of each cell's among them; without places all have the only one. */
type PackedColumn =
  | { readonly each: readonly unknown[] }
  | { readonly values: readonly unknown[]; readonly places?: readonly number[] };

export interface PackedTable extends Omit<ResultTable, 'cells'> {
  readonly cells: { readonly count: number; readonly columns: Readonly<Record<string, PackedColumn>> };
}

export function packed({ cells, ...table }: ResultTable): PackedTable {
  const columns = Object.entries(cells).map(([name, column]) => [name, packedColumn(column)] as const);
  return { ...table, cells: { count: cells.state.length, columns: Object.fromEntries(columns) } };
}

/** Above this share of distinct values places would only add to them. */
const maxDistinct = 0.5;

function packedColumn(column: readonly unknown[]): PackedColumn {
  const distinct = new Map<string, number>();
  const places = column.map((value) => {
    const text = JSON.stringify(value);
    const place = distinct.get(text) ?? distinct.size;
    distinct.set(text, place);
    return place;
  });
  const isRepetitive = distinct.size === 1 || distinct.size <= maxDistinct * column.length;
  // Small numbers are as short as places.
  if (!isRepetitive || column.every((value) => Number.isInteger(value))) return { each: column };
  const values = [...distinct.keys()].map((text) => JSON.parse(text) as unknown);
  return values.length === 1 ? { values } : { values, places };
}

export function unpacked({ cells, ...table }: PackedTable): ResultTable {
  const columns = Object.entries(cells.columns).map(([name, column]) => [
    name,
    unpackedColumn(column, cells.count),
  ]);
  // Made by `packed`, of the very columns that a table has.
  return { ...table, cells: Object.fromEntries(columns) as CellColumns };
}

function unpackedColumn(column: PackedColumn, count: number): readonly unknown[] {
  if ('each' in column) return column.each;
  const { values, places } = column;
  return places ? places.map((place) => item(values, place)) : new Array(count).fill(item(values, 0));
}
