/** A layer of one's own, written as the guide to custom layers of TensorFlow.js shows. */
import type { Shape, Tensor } from '@tensorflow/tfjs';
import type { Layer, Tf } from './tf.js';

/** Dimensions behind the batch. */
export type Inner = readonly number[];

export interface Operation {
  /** @param own weights of the layer */
  compute(inputs: readonly Tensor[], own: readonly Tensor[]): Tensor;
  outputShape(inputs: readonly Inner[]): Inner;
}

/** @param weightShapes of the layer's own weights, whose values are set afterwards */
export function customLayer(
  tf: Tf,
  operation: Operation,
  weightShapes: readonly (readonly number[])[] = [],
): Layer {
  class CustomLayer extends tf.layers.Layer {
    static className = 'CustomLayer';
    #own: { read(): Tensor }[] = [];

    override build(inputShape: Shape | Shape[]): void {
      this.#own = weightShapes.map((shape, position) =>
        this.addWeight(`weight_${position}`, [...shape], 'float32', tf.initializers.zeros()),
      );
      super.build(inputShape);
    }

    override computeOutputShape(inputShape: Shape | Shape[]): Shape {
      const shapes = (isList(inputShape) ? inputShape : [inputShape]) as Shape[];
      const inner = shapes.map((shape) => shape.slice(1).map(Number));
      return [shapes[0]?.[0] ?? null, ...operation.outputShape(inner)];
    }

    override call(inputs: Tensor | Tensor[]): Tensor {
      const list = Array.isArray(inputs) ? inputs : [inputs];
      const own = this.#own.map((weight) => weight.read());
      return tf.tidy(() => operation.compute(list, own));
    }
  }
  return new CustomLayer({});
}

export function present<Item>(item: Item | undefined): Item {
  if (item === undefined) throw new Error('an operand is missing');
  return item;
}

function isList(shape: Shape | Shape[]): shape is Shape[] {
  return Array.isArray(shape[0]);
}
