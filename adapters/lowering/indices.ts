/** Integer values of a graph that only ever are indices: not negative, and within int32. */
import { at, required } from '../../common/at.js';
import type { Graph } from '../adapter.js';
import type { Capabilities } from './capabilities.js';

/** Operators whose results are positions along an axis. */
const positions = new Set(['ArgMax', 'ArgMin', 'Shape', 'NonZero', 'TopK']);

/** Operators whose results are elements of their first input. */
const selections: ReadonlySet<string> = new Set([
  'Expand',
  'Flatten',
  'Identity',
  'Reshape',
  'Slice',
  'Squeeze',
  'Transpose',
  'Unsqueeze',
]);

const int32Range = { min: -(2 ** 31), max: 2 ** 31 - 1 };

const producers = new WeakMap<Graph, ReadonlyMap<string, Graph['nodes'][number]>>();

/** Nodes by the values that they make: every value of a graph may be asked for. */
function producersIn(graph: Graph): ReadonlyMap<string, Graph['nodes'][number]> {
  const known = producers.get(graph);
  if (known) return known;
  const found = new Map(graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  producers.set(graph, found);
  return found;
}

/** Whether the value is known to hold indices without negative ones. */
export function isIndex(graph: Graph, name: string): boolean {
  if (graph.indexInputs?.includes(name)) return true;
  const producer = producersIn(graph).get(name);
  if (!producer) return false;
  return (
    positions.has(producer.operator) ||
    (selections.has(producer.operator) && isIndex(graph, at(producer.inputs, 0)))
  );
}

/**
 * The capabilities with int32 for int64, if the graph has no 64-bit values but indices and small constants. ONNX has indices in
 * int64; a framework whose default is 32 bits, and which computes more slowly in a mode with 64, is given int32 by its users.
 */
export function withNarrowIndices(graph: Graph, capabilities: Capabilities): Capabilities {
  const isNarrow = Object.values(graph.values).every(({ name, type }) => {
    if (type === 'uint64' || type === 'float64') return false;
    return type !== 'int64' || isSmallConstant(graph, name) || isIndex(graph, name);
  });
  return isNarrow ? { ...capabilities, types: { ...capabilities.types, int64: 'int32' } } : capabilities;
}

function isSmallConstant({ constants, parameters }: Graph, name: string): boolean {
  if (!constants || !Object.hasOwn(constants, name) || parameters.includes(name)) return false;
  return required(constants, name).every(
    (value) => typeof value === 'number' && value >= int32Range.min && value <= int32Range.max,
  );
}
