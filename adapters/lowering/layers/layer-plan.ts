/**
 * A graph as the layers of a channels-last framework with Keras's vocabulary: made from the description alone, before
 * any framework is imported. Layouts are settled here; what remains to do is one native layer for each entry. It is
 * plain data: JavaScript adapters read it as it is, Python ones as JSON (`touchstone_bridge/lowering/plan.py`).
 *
 * Shapes leave out the batch, which is always the first axis. Native tensors are numbered.
 */
import type { NativeWeight } from './weights.js';
import type { PerAxis } from './windows.js';

export interface LayerPlan {
  /** Kinds of layers with their counts. */
  readonly form: string;
  readonly inputs: readonly PlannedInput[];
  /** In topological order. */
  readonly layers: readonly PlannedLayer[];
  readonly outputs: readonly PlannedOutput[];
}

/** A graph input: `axes[i]` is the ONNX axis at native position i; ONNX axes of extent 1 may be absent. */
export interface PlannedInput {
  readonly name: string;
  readonly tensor: number;
  readonly onnxShape: readonly number[];
  readonly axes: readonly number[];
}

/** A graph output; ONNX axes of extent 1 may be absent from `axes`. */
export interface PlannedOutput {
  readonly name: string;
  readonly tensor: number;
  readonly onnxShape: readonly number[];
  readonly axes: readonly number[];
}

export interface PlannedLayer {
  /** Name of the ONNX node that it stands for. */
  readonly node: string;
  readonly definition: LayerDefinition;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  /** In the order in which the layer lists its own. */
  readonly weights: readonly NativeWeight[];
}

export type Activation = 'linear' | 'relu' | 'sigmoid' | 'tanh' | 'softmax';
export type Padding = 'valid' | 'same';
export type Bound = number | string | null;
export type BinaryOperator = 'add' | 'sub' | 'mul' | 'div';

interface Convolution {
  readonly kernelSize: PerAxis;
  readonly strides: PerAxis;
  readonly dilationRate: PerAxis;
  readonly padding: Padding;
  readonly useBias: boolean;
  readonly activation: Activation;
}

interface Pooling {
  readonly poolSize: PerAxis;
  readonly strides: PerAxis;
}

/** Before every axis, then behind. */
type Pads = readonly number[];

/** Over one or two axes between the batch and the channels. */
export type SpatialDefinition =
  | (Convolution & {
      readonly kind: 'conv1d' | 'conv2d';
      readonly filters: number;
      /** Each has its share of the channels and of the filters. */
      readonly groups: number;
    })
  | (Convolution & { readonly kind: 'depthwiseConv1d' | 'depthwiseConv2d'; readonly depthMultiplier: number })
  | { readonly kind: 'zeroPadding1d' | 'zeroPadding2d'; readonly pads: Pads }
  | (Pooling & {
      readonly kind: `${'max' | 'average'}Pooling${'1d' | '2d'}`;
      readonly padding: Padding;
    })
  /** Pads that are neither of TensorFlow's; they count neither for the maximum nor for the average. */
  | (Pooling & {
      readonly kind: `padded${'Max' | 'Average'}Pooling${'1d' | '2d'}`;
      readonly pads: Pads;
    })
  /** Pads do not count for the maximum. */
  | (Pooling & {
      readonly kind: `dilatedMaxPooling${'1d' | '2d'}`;
      readonly dilationRate: PerAxis;
      readonly pads: Pads;
    })
  | { readonly kind: `global${'Max' | 'Average'}Pooling${'1d' | '2d'}` };

export type LayerDefinition =
  | SpatialDefinition
  | {
      readonly kind: 'dense';
      readonly units: number;
      readonly useBias: boolean;
      readonly activation: Activation;
    }
  /**
   * Of [batch, steps, values], and of its first states [batch, units] where it is given any: hidden, cell, or those two
   * forward and then those two backward.
   */
  | {
      readonly kind: 'lstm';
      readonly units: number;
      readonly useBias: boolean;
      readonly direction: Direction;
      /** Of the new cell, and of the cell where it goes out. */
      readonly activation: CellActivation;
      /** Of the gates. */
      readonly recurrentActivation: GateActivation;
      readonly returns: readonly LstmOutput[];
    }
  /**
   * Over the last axis. Its weights are the scale, the offset, and the running mean and variance; where it `learns`, it
   * normalises by the mean and variance of the batch, and the running ones keep a share of `momentum` in every step.
   */
  | {
      readonly kind: 'batchNormalization';
      readonly epsilon: number;
      readonly momentum: number;
      readonly learns: boolean;
    }
  | { readonly kind: 'activation'; readonly activation: Activation }
  | { readonly kind: 'leakyReLU' | 'elu'; readonly alpha: number }
  /** Each bound a number, the name of the constant that holds it, or null for none. */
  | { readonly kind: 'clip'; readonly low: Bound; readonly high: Bound }
  | { readonly kind: 'add' | 'multiply' }
  | { readonly kind: 'binary'; readonly operator: BinaryOperator }
  /** One operand is the layer's weight. */
  | { readonly kind: 'constantOperand'; readonly operator: BinaryOperator; readonly constantFirst: boolean }
  /** The layer's weight itself, whatever its input is: a value that the graph begins with. */
  | { readonly kind: 'constant' }
  /** One position of an axis, which goes. */
  | { readonly kind: 'pick'; readonly axis: number; readonly index: number }
  /** The batch is axis 0. */
  | { readonly kind: 'concatenate'; readonly axis: number }
  /** Over the batch; over the last axis it is an activation. */
  | { readonly kind: 'softmaxOverBatch' }
  /** Of the last two axes, the others being alike. */
  | { readonly kind: 'matrixProduct' }
  | { readonly kind: 'rescaling'; readonly scale: number }
  | { readonly kind: 'flatten' }
  | { readonly kind: 'reshape'; readonly targetShape: readonly number[] }
  /** That merges or splits the batch, which `shape` begins with. */
  | { readonly kind: 'rebatch'; readonly shape: readonly number[] }
  /** Positions of the input's axes, the batch being 0. */
  | { readonly kind: 'permute'; readonly dims: readonly number[] };

/** One of them; where a definition is for several kinds, all of them are to be named. */
export type DefinitionOf<Kind extends LayerDefinition['kind']> = Extract<LayerDefinition, { kind: Kind }>;

export function isSpatial(definition: LayerDefinition): definition is SpatialDefinition {
  return /[12]d$/.test(definition.kind);
}

/** Whether the window of a definition has holes. */
export function isDilated({ dilationRate }: { readonly dilationRate: PerAxis }): boolean {
  return dilationRate.some((rate) => rate > 1);
}

/** Whether it has holes and moves by more than one: what TensorFlow and those that follow it lack of many windows. */
export function isStridedAndDilated(window: {
  readonly strides: PerAxis;
  readonly dilationRate: PerAxis;
}): boolean {
  return isDilated(window) && window.strides.some((stride) => stride > 1);
}

/** `hardSigmoid` is min(max(0.2·x + 0.5, 0), 1). */
export type GateActivation = 'sigmoid' | 'hardSigmoid';
export type CellActivation = 'tanh' | 'relu';

/** `reverse` reads the steps from the last to the first; its outputs are in the order of the input all the same. */
export type Direction = 'forward' | 'reverse' | 'bidirectional';

/**
 * Every hidden state [batch, steps, units], the one that was computed last [batch, units], and the cell then. Twice as
 * wide where it is bidirectional: forward, then backward.
 */
export type LstmOutput = 'sequence' | 'last' | 'cell';
