/** Sorts the nodes of a graph and finds the values that each depends on. */
import { defined } from '../../common/at.js';
import { modelError } from '../model-error.js';
import { type GraphProto, graphFields, nameOf, nodeFields } from './proto.js';
import type { RawNode } from './raw-model.js';

/**
 * Nodes in topological order. ONNX requires files to be sorted, but some exporters do not sort.
 *
 * @param given names of inputs and initialisers
 * @throws TouchstoneError('model') for a value with two producers, a value without any, or a cycle
 */
export function inTopologicalOrder(
  nodes: readonly RawNode[],
  given: ReadonlySet<string>,
  outputs: readonly string[],
): RawNode[] {
  const producers = producedValues(nodes, given);
  const missing = outputs.find((output) => !given.has(output) && !producers.has(output));
  if (missing !== undefined) throw modelError(`no node produces its output ${missing}`);
  const pending = pendingInputs(nodes, given, producers);
  const sorted = sort(nodes, pending);
  if (sorted.length < nodes.length) throw modelError('its graph has a cycle');
  return sorted;
}

/** Kahn's algorithm; nodes of a cycle are left out. Removes names from `pending` as they become available. */
function sort(nodes: readonly RawNode[], pending: ReadonlyMap<RawNode, Set<string>>): RawNode[] {
  const consumers = new Map<string, RawNode[]>();
  for (const [node, names] of pending) {
    for (const name of names) append(consumers, name, node);
  }
  const pendingOf = (node: RawNode) => defined(pending.get(node), `pending inputs of node ${node.name}`);
  const becomesReady = (node: RawNode, produced: string) => {
    const names = pendingOf(node);
    return names.delete(produced) && names.size === 0;
  };
  const ready = nodes.filter((node) => pendingOf(node).size === 0);
  // The array grows during the iteration: it is the queue and, in the end, the order.
  for (const node of ready) {
    for (const output of node.outputs) {
      ready.push(...(consumers.get(output) ?? []).filter((consumer) => becomesReady(consumer, output)));
    }
  }
  return ready;
}

/** Values that a node reads, each once, including those that its subgraphs capture from the enclosing graph. */
export function valuesReadBy(node: RawNode): Set<string> {
  const inner = Object.values(node.attributes).flatMap((attribute) =>
    typeof attribute === 'object' && 'graph' in attribute ? capturedBy(attribute.graph) : [],
  );
  return new Set([...node.inputs.filter(Boolean), ...inner]);
}

function producedValues(nodes: readonly RawNode[], given: ReadonlySet<string>): Set<string> {
  const produced = new Set<string>();
  for (const output of nodes.flatMap((node) => node.outputs.filter(Boolean))) {
    if (given.has(output) || produced.has(output)) throw modelError(`value ${output} has two producers`);
    produced.add(output);
  }
  return produced;
}

/** For each node the values that must be produced before it can run. */
function pendingInputs(
  nodes: readonly RawNode[],
  given: ReadonlySet<string>,
  produced: ReadonlySet<string>,
): Map<RawNode, Set<string>> {
  const pending = new Map<RawNode, Set<string>>();
  for (const node of nodes) {
    const names = [...valuesReadBy(node)].filter((name) => !given.has(name));
    const missing = names.find((name) => !produced.has(name));
    if (missing !== undefined) {
      throw modelError(`node ${node.name || node.operator} reads ${missing}, which no node produces`);
    }
    pending.set(node, new Set(names));
  }
  return pending;
}

/** By subgraph: they may be nested, and every pass over the nodes asks anew. */
const captured = new WeakMap<GraphProto, readonly string[]>();

/** Names that a subgraph uses but does not define. */
function capturedBy(graph: GraphProto): readonly string[] {
  const known = captured.get(graph) ?? findCaptured(graph);
  captured.set(graph, known);
  return known;
}

function findCaptured(graph: GraphProto): string[] {
  const { input, initializer, node, output } = graphFields(graph);
  const nodes = node.map(nodeFields);
  const own = new Set([
    ...[...input, ...initializer].map(nameOf),
    ...nodes.flatMap(({ output: results }) => results),
  ]);
  const used = nodes.flatMap(({ input: read, attribute }) => [
    ...read,
    ...attribute.flatMap(({ g }) => (g ? capturedBy(g) : [])),
  ]);
  return [...used, ...output.map(nameOf)].filter((name) => name !== '' && !own.has(name));
}

function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
