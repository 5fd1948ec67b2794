/**
 * Whole numbers that choose rows of a constant table, such as the words of a text: any row may be drawn. Two rows of a table of thousands
 * would always be at hand, which they are for nobody.
 */
import type { Tensor } from './graph.js';
import type { Ranges } from './random-inputs.js';
import type { RawModel, RawNode } from './reader.js';

/** What moves values about, or gives them another type, and leaves each what it is. */
const carriers: ReadonlySet<string> = new Set([
  'Cast',
  'Expand',
  'Flatten',
  'Identity',
  'Reshape',
  'Squeeze',
  'Transpose',
  'Unsqueeze',
]);
/** Types that Gather takes as they are; what is of another holds something else, such as pixels. */
const indexTypes: ReadonlySet<string> = new Set(['int32', 'int64']);
/** What a table may have been before it is one. */
const keepers: ReadonlySet<string> = new Set(['Cast', 'DequantizeLinear', 'Identity']);

/**
 * By input name, the smallest and the largest row that every table has which it chooses from; of one that is compared with a list of
 * whole numbers, as one-hot vectors are made, those that are in the list.
 */
export function indexRanges({ inputs, initialisers, nodes }: RawModel): Ranges {
  const origins = new Map(inputs.filter(({ type }) => indexTypes.has(type)).map(({ name }) => [name, name]));
  const constants = new Map([...initialisers, ...nodes.flatMap(constantOf)]);
  const tables = new Map([...constants].map(([name, { shape }]) => [name, shape]));
  const ranges: Record<string, readonly [number, number]> = {};
  const limit = (value: string, low: number, high: number) => {
    const name = origins.get(value);
    if (name === undefined) return;
    const [least, most] = ranges[name] ?? [low, high];
    ranges[name] = [Math.max(least, low), Math.min(most, high)];
  };
  for (const { operator, inputs: read, outputs, attributes } of nodes) {
    const [first = '', second = ''] = read;
    const [output = ''] = outputs;
    const [origin, table] = [origins.get(first), tables.get(first)];
    if (origin !== undefined && carriers.has(operator)) origins.set(output, origin);
    if (table && keepers.has(operator)) tables.set(output, table);
    if (operator === 'Gather' && table) limit(second, 0, rowsOf(table, attributes) - 1);
    if (operator === 'Equal') {
      for (const [value, list] of [read, [second, first]])
        limitByList(value, constants.get(list ?? ''), limit);
    }
  }
  return Object.fromEntries(Object.entries(ranges).filter(([, [low, high]]) => low <= high));
}

function constantOf({ operator, outputs, attributes }: RawNode): [string, Tensor][] {
  const { value } = attributes;
  const isTensor = operator === 'Constant' && typeof value === 'object' && 'tensor' in value;
  return isTensor ? [[outputs[0] ?? '', value.tensor]] : [];
}

function rowsOf(shape: readonly number[], { axis = 0 }: RawNode['attributes']): number {
  return shape.at(Number(axis)) ?? 0;
}

function limitByList(
  value = '',
  list: Tensor | undefined,
  limit: (value: string, low: number, high: number) => void,
): void {
  const numbers = Array.from(list?.data ?? [], Number);
  // With one number it is a question, with several an index.
  if (numbers.length < 2 || !numbers.every(Number.isInteger)) return;
  limit(value, Math.max(0, Math.min(...numbers)), Math.max(...numbers));
}
