/** A graph as ConvNetJS's list of layers. */
import type { LayerDefinition } from 'convnetjs';

/** Where the weights of one `conv` or `fc` layer come from. */
export interface Weighted {
  /** Of the ONNX node. */
  readonly node: string;
  readonly weight: string;
  /** Undefined where the graph has none; ConvNetJS then keeps a bias of zero. */
  readonly bias: string | undefined;
  /** Of a convolution: its filters' extents; of a fully connected layer: what its input was before flattening. */
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** A Gemm whose weight is [inputs, outputs], not [outputs, inputs]. */
  readonly isTransposed: boolean;
}

export interface LayerList {
  /** Types of layers with their counts. */
  readonly form: string;
  readonly definitions: LayerDefinition[];
  /** In the order of the net's `conv` and `fc` layers. */
  readonly weighted: Weighted[];
}
