/** Which loops of a graph have a number of iterations that constants and shapes alone decide, and how many these are. */
import { required } from '../../common/at.js';
import type { Tensor } from '../graph.js';
import type { RawNode } from '../import/raw-model.js';
import type { DataDependence } from './data-dependence.js';
import { knownShapes, observeValues, type Surroundings } from './observe-nodes.js';
import { iterationsOf, type UnrollableLoop, unrollableLoops, unrolled } from './unroll-loops.js';

/** Loops that are to be unrolled, with their number of iterations. */
export async function countedLoops(
  surroundings: Surroundings,
  nodes: readonly RawNode[],
  { varying }: DataDependence,
): Promise<CountedLoop[]> {
  const { model, constants } = surroundings;
  const all = unrollableLoops(nodes, model.opset, (name) => !varying.has(name));
  const loops = all.filter(({ node }) => node.outputs.some((output) => varying.has(output)));
  if (loops.length === 0) return [];
  const decisive = loops.flatMap(({ decidedBy }) => decidedBy).filter((name) => !constants.has(name));
  const inputs = new Set(surroundings.inputs.map(({ name }) => name));
  const scanned = loops.flatMap((loop) => (loop.scanned ? [loop.scanned.name] : []));
  const shaped = scanned.filter((name) => !inputs.has(name) && !constants.has(name));
  const computed = [...new Set([...decisive, ...shaped])];
  const found = await observeValues(surroundings, nodes, computed, decisive);
  const data = new Map([...constants, ...Object.entries(found.data)]);
  const shapes = knownShapes(surroundings, found);
  return loops.flatMap((loop) => {
    const iterations = iterationsOf(
      loop,
      (name) => required(data, name, 'what decides a loop'),
      (name) => required(shapes, name, 'what a loop scans'),
    );
    return iterations === undefined ? [] : [{ loop, iterations }];
  });
}

export interface CountedLoop {
  readonly loop: UnrollableLoop;
  readonly iterations: number;
}

/** The nodes with their bodies in the place of loops. @param constants of the graph, to which those of the bodies are added */
export function unrollLoops(
  nodes: readonly RawNode[],
  constants: Map<string, Tensor>,
  loops: readonly CountedLoop[],
  opset: number,
): RawNode[] {
  const byNode = new Map(loops.map((counted) => [counted.loop.node, counted]));
  return nodes.flatMap((node) => {
    const counted = byNode.get(node);
    if (!counted) return [node];
    const inlined = unrolled(counted.loop, counted.iterations, opset);
    for (const [name, tensor] of inlined.constants) constants.set(name, tensor);
    return inlined.nodes;
  });
}
