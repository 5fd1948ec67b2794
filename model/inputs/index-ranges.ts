/**
 * Finds integer inputs that index a constant table, such as the word ids of an embedding, so that their values are drawn from
 * all rows. With the default of 0 and 1 the same two rows would always be in cache, which no real input achieves.
 */
import type { Tensor } from '../graph.js';
import type { RawModel, RawNode } from '../import/raw-model.js';
import type { Range, Ranges } from './random-inputs.js';

/** Operators through which an index keeps its value. */
const valuePreserving: ReadonlySet<string> = new Set([
  'Cast',
  'Expand',
  'Flatten',
  'Identity',
  'Reshape',
  'Squeeze',
  'Transpose',
  'Unsqueeze',
]);
/** Types that Gather accepts as indices; an input of another type holds something else, such as pixels. */
const indexTypes: ReadonlySet<string> = new Set(['int32', 'int64']);
/** Operators through which a table keeps its number of rows. */
const tablePreserving: ReadonlySet<string> = new Set(['Cast', 'DequantizeLinear', 'Identity']);

/**
 * By input name, the rows that exist in every table that the input indexes. An input that is compared with a list of
 * integers, as in one-hot encoding, has the range of that list.
 */
export function indexRanges({ inputs, initialisers, nodes }: RawModel): Ranges {
  const origins = new Map(inputs.filter(({ type }) => indexTypes.has(type)).map(({ name }) => [name, name]));
  const constants = new Map([...initialisers, ...nodes.flatMap(constantOf)]);
  const tables = new Map([...constants].map(([name, { shape }]) => [name, shape]));
  const ranges = new Map<string, Range>();
  for (const node of nodes) {
    // '' where a node has fewer inputs or outputs: no value has that name.
    const [first = '', second = ''] = node.inputs;
    const [output = ''] = node.outputs;
    const [origin, table] = [origins.get(first), tables.get(first)];
    if (origin !== undefined && valuePreserving.has(node.operator)) origins.set(output, origin);
    if (table && tablePreserving.has(node.operator)) tables.set(output, table);
    const found = [
      { value: second, range: gatherRange(node, table) },
      { value: first, range: equalRange(node, constants.get(second)) },
      { value: second, range: equalRange(node, constants.get(first)) },
    ];
    for (const { value, range } of found) intersect(ranges, origins.get(value), range);
  }
  return Object.fromEntries([...ranges].filter(([, [low, high]]) => low <= high));
}

function intersect(ranges: Map<string, Range>, name: string | undefined, range: Range | undefined): void {
  if (name === undefined || range === undefined) return;
  const [low, high] = ranges.get(name) ?? range;
  ranges.set(name, [Math.max(low, range[0]), Math.min(high, range[1])]);
}

/** Valid indices of a Gather. @param table shape of its first input, if that is constant */
function gatherRange(node: RawNode, table: readonly number[] | undefined): Range | undefined {
  if (node.operator !== 'Gather' || !table) return undefined;
  const { axis = 0 } = node.attributes;
  const rows = table.at(Number(axis));
  // ONNX Runtime rejects the model for an axis that the table does not have.
  return rows === undefined ? undefined : [0, rows - 1];
}

/** Range of the list with which an Equal compares. A single number is a condition, not a list of indices. */
function equalRange({ operator }: RawNode, list: Tensor | undefined): Range | undefined {
  if (operator !== 'Equal' || !list) return undefined;
  const numbers = Array.from(list.data, Number);
  if (numbers.length < 2 || !numbers.every(Number.isInteger)) return undefined;
  const extreme = (choose: (a: number, b: number) => number) =>
    numbers.reduce((found, number) => choose(found, number));
  return [Math.max(0, extreme(Math.min)), extreme(Math.max)];
}

function constantOf({ operator, outputs: [output], attributes: { value } }: RawNode): [string, Tensor][] {
  const isTensor = operator === 'Constant' && typeof value === 'object' && 'tensor' in value;
  return isTensor && output !== undefined ? [[output, value.tensor]] : [];
}
