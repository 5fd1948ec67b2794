/**
 * Whole numbers that choose rows of a constant table, such as the words of a text: any row may be drawn. Two rows of a table of thousands
 * would always be at hand, which they are for nobody.
 */
import type { Tensor } from '../graph.js';
import type { RawModel, RawNode } from '../import/read-model.js';
import type { Ranges } from './random-inputs.js';

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
  const ranges = new Map<string, readonly [number, number]>();
  for (const node of nodes) {
    const [first = '', second = ''] = node.inputs;
    const [output = ''] = node.outputs;
    const [origin, table] = [origins.get(first), tables.get(first)];
    if (origin !== undefined && carriers.has(node.operator)) origins.set(output, origin);
    if (table && keepers.has(node.operator)) tables.set(output, table);
    const found = [
      { value: second, range: rowsOf(node, table) },
      { value: first, range: listOf(node, constants.get(second)) },
      { value: second, range: listOf(node, constants.get(first)) },
    ];
    for (const { value, range } of found) narrow(ranges, origins.get(value), range);
  }
  return Object.fromEntries([...ranges].filter(([, [low, high]]) => low <= high));
}

type Limits = readonly [number, number] | undefined;

function narrow(
  ranges: Map<string, readonly [number, number]>,
  name: string | undefined,
  range: Limits,
): void {
  if (name === undefined || range === undefined) return;
  const [least, most] = ranges.get(name) ?? range;
  ranges.set(name, [Math.max(least, range[0]), Math.min(most, range[1])]);
}

/** Of a Gather, by its table. */
function rowsOf(
  { operator, attributes: { axis = 0 } }: RawNode,
  table: readonly number[] | undefined,
): Limits {
  return operator === 'Gather' && table ? [0, (table.at(Number(axis)) ?? 0) - 1] : undefined;
}

/** Of an Equal, by the list on its other side: with one number it is a question, with several an index. */
function listOf({ operator }: RawNode, list: Tensor | undefined): Limits {
  const numbers = operator === 'Equal' ? Array.from(list?.data ?? [], Number) : [];
  if (numbers.length < 2 || !numbers.every(Number.isInteger)) return undefined;
  const extreme = (choose: (one: number, other: number) => number) =>
    numbers.reduce((found, number) => choose(found, number));
  return [Math.max(0, extreme(Math.min)), extreme(Math.max)];
}

function constantOf({ operator, outputs, attributes }: RawNode): [string, Tensor][] {
  const { value } = attributes;
  const isTensor = operator === 'Constant' && typeof value === 'object' && 'tensor' in value;
  return isTensor ? [[outputs[0] ?? '', value.tensor]] : [];
}
