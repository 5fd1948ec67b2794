/** What ConvNetJS's own list of layers is made of. */
import type { LayerDefinition } from 'convnetjs';
import type { PlannedConstant } from '../lowering/plan.js';

/** The constants of a `conv` or `fc` layer. */
export interface Weighted {
  readonly node: string;
  readonly kind: 'Conv' | 'Gemm';
  readonly weight: PlannedConstant;
  /** Undefined where the graph has none; ConvNetJS then keeps a bias of zero. */
  readonly bias: PlannedConstant | undefined;
}

/** Extents of a volume: y, x, channels. */
export type Volume = readonly [number, number, number];

export interface LayerList {
  readonly input: Volume;
  readonly definitions: readonly LayerDefinition[];
  /** In the order of the net's `conv` and `fc` layers. */
  readonly weighted: readonly Weighted[];
}
