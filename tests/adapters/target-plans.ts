/** What a target lowers small graphs to. */
import type { Lowering, Target } from '../../adapters/adapter.js';
import type { Plan } from '../../adapters/lowering/plan.js';
import type { DataType } from '../../model/graph.js';
import type { Mode } from '../../model/workload.js';
import { graphOf } from './operation-graph.js';

export type Sketch = Parameters<typeof graphOf>[0];

export const image = [1, 1, 4, 4];

export function loweringsOf(target: Target) {
  const lowered = (sketch: Sketch, mode: Mode = 'inference', parameters: readonly string[] = []): Lowering =>
    target.lower({ ...graphOf(sketch), parameters: [...parameters] }, mode);
  const planOf = (...given: Parameters<typeof lowered>): Plan => {
    const lowering = lowered(...given);
    if ('plan' in lowering) return lowering.plan as Plan;
    throw new Error(`there is no plan: ${JSON.stringify(lowering)}`);
  };
  return { lowered, planOf };
}

/** One node of x, with its result y. */
export function single(
  operator: string,
  attributes: NonNullable<Sketch['nodes'][number][3]>,
  shape: readonly number[],
  x: readonly number[] = image,
  type: DataType = 'float32',
): Sketch {
  return {
    nodes: [[operator, ['x'], ['y'], attributes]],
    values: { x: [x, type], y: [shape, type] },
  };
}
