/** What tests ask of a Python framework's support: small graphs around a few nodes, and the tables of its driver. */
import { join } from 'node:path';
import { execa } from 'execa';
import { projectRoot } from '../../common/paths.js';
import type { DataType, Graph, GraphNode } from '../../model/graph.js';
import type { Mode } from '../../model/workload.js';
import { ensureEnvironment } from '../../runners/provision/environments.js';

export interface GraphOptions {
  readonly mode?: Mode;
  readonly parameters?: readonly string[];
  readonly type?: DataType;
  /** Of every result; without one nobody has seen them. */
  readonly shape?: readonly number[];
  /** Of x, and of w. */
  readonly input?: readonly number[];
  readonly weight?: readonly number[];
}

export const square = [1, 1, 4, 4];

/** Nodes that read an input x and a weight w; the last one's result is the output. */
export function graphOf(
  nodes: GraphNode[],
  { parameters = [], type = 'float32', shape, input = square, weight: own = square }: GraphOptions,
): Graph {
  const image = { name: 'x', type, shape: [...input] };
  const weight = { ...image, name: 'w', shape: [...own] };
  const last = nodes.at(-1)?.outputs[0] ?? 'y';
  const seen = shape
    ? Object.fromEntries(
        nodes.flatMap(({ outputs }) => outputs.map((name) => [name, { name, type, shape: [...shape] }])),
      )
    : {};
  return {
    name: 'test',
    opset: 17,
    inputs: [image],
    outputs: [{ ...image, name: last }],
    weights: [weight],
    parameters: [...parameters],
    nodes,
    values: { x: image, w: weight, ...seen },
  };
}

/** Keys of a table of the framework's driver, by its module below `touchstone_bridge.frameworks`. */
export async function namesIn(environment: string, module: string, table: string): Promise<string[]> {
  const { python } = await ensureEnvironment(environment);
  const program = `import json; from touchstone_bridge.frameworks.${module} import ${table} as o; print(json.dumps(list(o)))`;
  const { stdout } = await execa(python, ['-c', program], { cwd: join(projectRoot, 'python-bridge') });
  return JSON.parse(stdout) as string[];
}
