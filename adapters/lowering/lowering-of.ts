/** What a target makes of a graph. */
import type { Graph, Lowering, Mode, Optimiser, Target } from '../adapter.js';

/** The target's own lowering; the reason for which there is none of a file that no graph describes. */
export function loweringOf(target: Target, graph: Graph, mode: Mode, optimiser?: Optimiser): Lowering {
  if (graph.whole && !target.readsFiles)
    return { unsupported: `${graph.whole.reason}; only a runtime that reads the file itself may run it` };
  return target.lower(graph, mode, optimiser);
}
