/** The order of a graph's nodes, and what each needs. */
import { refuse } from './decode.js';
import type { GraphProto } from './proto.js';
import type { RawNode } from './read-model.js';

/**
 * Nodes in topological order (ONNX requires it; files in the wild do not always keep to it).
 * @param given names of inputs and initialisers
 * @throws TouchstoneError('model') for a value that is made twice, that nothing makes, or that needs itself
 */
export function inOrder(
  nodes: readonly RawNode[],
  given: ReadonlySet<string>,
  outputs: readonly string[],
): RawNode[] {
  const producers = producersOf(nodes, given);
  const unmade = outputs.find((output) => !given.has(output) && !producers.has(output));
  if (unmade !== undefined) throw refuse(`nothing makes its output ${unmade}`);
  const missing = missingInputs(nodes, given, producers);
  const sorted = sort(nodes, missing);
  if (sorted.length < nodes.length) throw refuse('its graph has a cycle');
  return sorted;
}

/** Kahn's algorithm; nodes of a cycle are left out. Takes the names away from `missing` as they become known. */
function sort(nodes: readonly RawNode[], missing: ReadonlyMap<RawNode, Set<string>>): RawNode[] {
  const consumers = new Map<string, RawNode[]>();
  for (const [node, names] of missing) {
    for (const name of names) append(consumers, name, node);
  }
  const isReady = (node: RawNode, made: string) => {
    const names = missing.get(node);
    return names?.delete(made) === true && names.size === 0;
  };
  const ready = nodes.filter((node) => missing.get(node)?.size === 0);
  // The array grows while it is walked: it is the queue and, in the end, the order.
  for (const node of ready) {
    for (const output of node.outputs) {
      ready.push(...(consumers.get(output) ?? []).filter((consumer) => isReady(consumer, output)));
    }
  }
  return ready;
}

/** Values that a node needs, each once, those that its subgraphs take from outside included. */
export function needs(node: RawNode): Set<string> {
  const inner = Object.values(node.attributes).flatMap((attribute) =>
    typeof attribute === 'object' && 'graph' in attribute ? outerNames(attribute.graph) : [],
  );
  return new Set([...node.inputs.filter(Boolean), ...inner]);
}

function producersOf(nodes: readonly RawNode[], given: ReadonlySet<string>): Set<string> {
  const producers = new Set<string>();
  for (const output of nodes.flatMap((node) => node.outputs.filter(Boolean))) {
    if (given.has(output) || producers.has(output)) throw refuse(`value ${output} is made twice`);
    producers.add(output);
  }
  return producers;
}

function missingInputs(
  nodes: readonly RawNode[],
  given: ReadonlySet<string>,
  producers: ReadonlySet<string>,
): Map<RawNode, Set<string>> {
  const missing = new Map<RawNode, Set<string>>();
  for (const node of nodes) {
    const names = [...needs(node)].filter((name) => !given.has(name));
    const lacking = names.find((name) => !producers.has(name));
    if (lacking !== undefined) {
      throw refuse(`node ${node.name || node.operator} needs ${lacking}, which nothing makes`);
    }
    missing.set(node, new Set(names));
  }
  return missing;
}

function outerNames(graph: GraphProto): string[] {
  const own = new Set([
    ...(graph.input ?? []).map((input) => input.name ?? ''),
    ...(graph.initializer ?? []).map((tensor) => tensor.name ?? ''),
    ...(graph.node ?? []).flatMap((node) => node.output ?? []),
  ]);
  const used = (graph.node ?? []).flatMap((node) => [
    ...(node.input ?? []),
    ...(node.attribute ?? []).flatMap((attribute) => (attribute.g ? outerNames(attribute.g) : [])),
  ]);
  const results = (graph.output ?? []).map((output) => output.name ?? '');
  return [...used, ...results].filter((name) => name !== '' && !own.has(name));
}

function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
