/** Layers for what the Layers API lacks, written as its guide to custom layers shows. */
import type { Shape, Tensor, Tensor4D } from '@tensorflow/tfjs';
import type { Tensors } from '../adapter.js';
import type { Bound, LayerDefinition } from '../lowering/layer-plan.js';
import { scalar } from '../lowering/weights.js';
import type { Layer } from './layers.js';
import type { Tf } from './open.js';

export type OperationDefinition = Extract<
  LayerDefinition,
  { kind: 'paddedMaxPooling2d' | 'paddedAveragePooling2d' | 'clip' | 'binary' | 'constantOperand' }
>;

/** Dimensions behind the batch. */
type Inner = readonly number[];

interface Operation {
  /** @param constant the layer's own operand, where it has one */
  compute(inputs: readonly Tensor[], constant: Tensor | undefined): Tensor;
  outputShape(inputs: readonly Inner[]): Inner;
}

/** @param constantShape of the layer's own operand, its batch axis of extent 1 included */
export function operationLayer(
  tf: Tf,
  definition: OperationDefinition,
  constantShape: readonly number[] | undefined,
  weights: Tensors,
): Layer {
  const operation = operationOf(tf, definition, constantShape, weights);
  class OperationLayer extends tf.layers.Layer {
    static className = 'OperationLayer';
    #constant: { read(): Tensor } | undefined;

    override build(inputShape: Shape | Shape[]): void {
      if (constantShape) {
        this.#constant = this.addWeight('constant', [...constantShape], 'float32', tf.initializers.zeros());
      }
      super.build(inputShape);
    }

    override computeOutputShape(inputShape: Shape | Shape[]): Shape {
      const shapes = (isList(inputShape) ? inputShape : [inputShape]) as Shape[];
      const inner = shapes.map((shape) => shape.slice(1).map(Number));
      return [shapes[0]?.[0] ?? null, ...operation.outputShape(inner)];
    }

    override call(inputs: Tensor | Tensor[]): Tensor {
      const list = Array.isArray(inputs) ? inputs : [inputs];
      return tf.tidy(() => operation.compute(list, this.#constant?.read()));
    }
  }
  return new OperationLayer({});
}

function operationOf(
  tf: Tf,
  definition: OperationDefinition,
  constantShape: readonly number[] | undefined,
  weights: Tensors,
): Operation {
  switch (definition.kind) {
    case 'paddedMaxPooling2d':
    case 'paddedAveragePooling2d':
      return paddedPooling(tf, definition);
    case 'clip': {
      const low = bound(definition.low, weights) ?? Number.NEGATIVE_INFINITY;
      const high = bound(definition.high, weights) ?? Number.POSITIVE_INFINITY;
      return {
        compute: ([x]) => tf.clipByValue(present(x), low, high),
        outputShape: ([shape]) => shape ?? [],
      };
    }
    case 'binary':
      return {
        compute: ([a, b]) => tf[definition.operator](present(a), present(b)),
        outputShape: ([a = [], b = []]) => broadcast(tf, a, b),
      };
    case 'constantOperand': {
      const { operator, constantFirst } = definition;
      return {
        compute: ([x], constant) =>
          constantFirst
            ? tf[operator](present(constant), present(x))
            : tf[operator](present(x), present(constant)),
        outputShape: ([shape = []]) => broadcast(tf, shape, constantShape?.slice(1) ?? []),
      };
    }
  }
}

function bound(given: Bound, weights: Tensors): number | null {
  return typeof given === 'string' ? scalar(weights, given) : given;
}

function paddedPooling(
  tf: Tf,
  definition: Extract<OperationDefinition, { kind: 'paddedMaxPooling2d' | 'paddedAveragePooling2d' }>,
): Operation {
  const { kind, pads } = definition;
  const [top, left, bottom, right] = pads;
  const size: [number, number] = [...definition.poolSize];
  const strides: [number, number] = [...definition.strides];
  const pool = kind === 'paddedMaxPooling2d' ? tf.maxPool : tf.avgPool;
  // biome-ignore format: one pair for each axis
  const padding: [[number, number], [number, number], [number, number], [number, number]] =
    [[0, 0], [top, bottom], [left, right], [0, 0]];
  const outputs = (length: number, axis: 0 | 1) =>
    Math.floor((length + pads[axis] + pads[axis + 2 === 2 ? 2 : 3] - size[axis]) / strides[axis]) + 1;
  return {
    compute: ([x]) => pool(present(x) as Tensor4D, size, strides, padding, 'floor'),
    outputShape: ([[height = 0, width = 0, channels = 0] = []]) => [
      outputs(height, 0),
      outputs(width, 1),
      channels,
    ],
  };
}

function broadcast(tf: Tf, a: Inner, b: Inner): Inner {
  return tf.backend_util.assertAndGetBroadcastShape([...a], [...b]);
}

function isList(shape: Shape | Shape[]): shape is Shape[] {
  return Array.isArray(shape[0]);
}

function present(tensor: Tensor | undefined): Tensor {
  if (!tensor) throw new Error('an operand is missing');
  return tensor;
}
