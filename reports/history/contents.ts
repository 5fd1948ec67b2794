/** What the runs of one cell computed: one name may have stood for several models, and one model may have had several names. */
import type { CellContent } from '../../common/run/content.js';
import type { RunPoint } from './rows.js';

/**
 * The content that each point is taken to have. A run of an older version did not record it: its point goes with the oldest known
 * content of its name.
 *
 * @param points oldest first
 */
export function contentsOf(points: readonly RunPoint[]): (point: RunPoint) => CellContent | null {
  const oldest = points.find(({ cell }) => cell.content !== null)?.cell.content ?? null;
  return ({ cell }) => cell.content ?? oldest;
}

/** Where a cell has several contents, what tells one of them from the others. @returns '' where it has one */
export function contentText(content: CellContent | null, all: readonly (CellContent | null)[]): string {
  if (content === null) return '';
  const differ = (part: (one: CellContent) => string | undefined) =>
    new Set(all.map((one) => one && part(one))).size > 1;
  const text = (name: string, part: (one: CellContent) => string | undefined) =>
    differ(part) ? [`${name} ${part(content) ?? 'none'}`] : [];
  return [
    ...text('model', ({ model }) => model),
    ...text('inputs', inputsText),
    ...text('settings', ({ settings }) => settings),
    ...text('given input values', ({ data }) => data),
  ].join(', ');
}

function inputsText({ inputs }: CellContent): string {
  return Object.entries(inputs)
    .map((input) => input.join(': '))
    .join(', ');
}

/**
 * Without what one run measured beside the cell under another name: a copy of the file, not a new name of it.
 *
 * @param points of the cell and of the same contents under other names
 */
export function withoutCopies(cell: string, points: readonly RunPoint[]): RunPoint[] {
  const placeOf = ({ run, cell: { content } }: RunPoint) =>
    JSON.stringify([run.id, run.startedAt, content?.digest]);
  const own = new Set(points.filter((point) => point.cell.cell === cell).map(placeOf));
  const copies = new Set(
    points
      .filter((point) => point.cell.cell !== cell && own.has(placeOf(point)))
      .map((point) => point.cell.cell),
  );
  return points.filter((point) => !copies.has(point.cell.cell));
}

/**
 * The points that are shown with a cell: without those of a content that is called otherwise now, if it is shown with that cell.
 *
 * @param points of the cell and of the same contents under other names, oldest first
 */
export function ownPoints(
  cell: string,
  points: readonly RunPoint[],
  shown: ReadonlyMap<string, unknown>,
): RunPoint[] {
  const names = new Map(points.map((point) => [point.cell.content?.digest, point.cell.cell]));
  return points.filter(({ cell: { content } }) => {
    const name = content === null ? cell : (names.get(content.digest) ?? cell);
    return name === cell || !shown.has(name);
  });
}
