/** What a reference knows about an output besides its values. */
import type { Tensor, TensorData, Tensors } from '../../model/graph.js';

/** As `python-bridge/touchstone_bridge/reference/rounding.py` writes it. */
export interface Evidence {
  /** What float32 makes the largest error of what decides the output. */
  readonly rounding?: number;
  /** In a graph that quantises, what rounding to other steps changes: ‖difference‖₂ / ‖output‖₂. */
  readonly spread?: number;
  /** [before, extent, behind] of the axis along which the output is a position. */
  readonly ranked?: Tensor;
  /** Of what the output is the integer part. */
  readonly truncated?: Tensor;
}

/** @param output `<buffer>/<name>` */
export function evidenceOf(expected: Tensors, output: string): Evidence {
  const [rounding, spread, ranked, truncated] = ['rounding', 'spread', 'ranked', 'truncated'].map(
    (kind) => expected[`${kind}/${output}`],
  );
  return {
    ...(rounding ? { rounding: Number(rounding.data[0]) } : {}),
    ...(spread ? { spread: Number(spread.data[0]) } : {}),
    ...(ranked ? { ranked } : {}),
    ...(truncated ? { truncated } : {}),
  };
}

/** The largest size of a finite element. */
export function largestOf(data: TensorData): number {
  let largest = 0;
  for (const value of data) {
    const size = Math.abs(Number(value));
    if (Number.isFinite(size) && size > largest) largest = size;
  }
  return largest;
}
