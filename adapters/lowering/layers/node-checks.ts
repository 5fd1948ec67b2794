/** What the descriptors of layer frameworks ask of a graph's values. */
import type { Graph } from '../../adapter.js';

/** What varies from one iteration to the next: the graph's inputs, and what its nodes make of them. */
export function varyingValues(graph: Graph): Graph['inputs'] {
  const made = graph.nodes.flatMap(({ outputs }) => outputs.map((name) => graph.values[name]));
  return [...graph.inputs, ...made].filter((value) => value !== undefined);
}
