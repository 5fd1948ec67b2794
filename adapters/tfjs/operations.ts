/** What the Layers API lacks a layer for and the framework has as an operation. */
import type { Tensors } from '../adapter.js';
import type { Bound, DefinitionOf } from '../lowering/layers/layer-plan.js';
import { scalar } from '../lowering/layers/weights.js';
import { type Inner, type Operation, present } from './custom-layer.js';
import type { Tf } from './tf.js';

export type OperationDefinition = DefinitionOf<
  | 'clip'
  | 'binary'
  | 'constantOperand'
  | 'constant'
  | 'pick'
  | 'softmaxOverBatch'
  | 'matrixProduct'
  | 'rebatch'
>;

/**
 * @param constantShape of the layer's own operand, its batch axis included
 * @param weights the artefact's, for settings that ONNX gives as constants
 */
export function operationOf(
  tf: Tf,
  definition: OperationDefinition,
  constantShape: Inner | undefined,
  weights: Tensors,
): Operation {
  const inner = constantShape?.slice(1) ?? [];
  switch (definition.kind) {
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
        compute: ([x], [constant]) =>
          constantFirst
            ? tf[operator](present(constant), present(x))
            : tf[operator](present(x), present(constant)),
        outputShape: ([shape = []]) => broadcast(tf, shape, inner),
      };
    }
    case 'constant':
      return { compute: (_, [constant]) => present(constant).clone(), outputShape: () => inner };
    case 'softmaxOverBatch':
      return softmaxOverBatch(tf);
    case 'matrixProduct':
      return {
        compute: ([a, b]) => tf.matMul(present(a), present(b)),
        outputShape: ([a = [], b = []]) => [...a.slice(0, -1), b.at(-1) ?? 1],
      };
    case 'rebatch': {
      const { shape } = definition;
      return {
        compute: ([x]) => tf.reshape(present(x), [...shape]),
        outputShape: () => shape.slice(1),
      };
    }
    case 'pick': {
      const { axis, index } = definition;
      return {
        compute: ([x]) => {
          const begin = present(x).shape.map((_, position) => (position === axis ? index : 0));
          const size = present(x).shape.map((extent, position) => (position === axis ? 1 : extent));
          return tf.squeeze(tf.slice(present(x), begin, size), [axis]);
        },
        outputShape: ([shape = []]) => shape.filter((_, position) => position !== axis - 1),
      };
    }
  }
}

/** The operation takes the last axis only. */
function softmaxOverBatch(tf: Tf): Operation {
  return {
    compute: ([x]) => {
      const axes = present(x).shape.map((_, axis) => axis);
      const turned = axes.toReversed();
      return tf.transpose(tf.softmax(tf.transpose(present(x), turned)), turned);
    },
    outputShape: ([shape]) => shape ?? [],
  };
}

function bound(given: Bound, weights: Tensors): number | null {
  return typeof given === 'string' ? scalar(weights, given) : given;
}

function broadcast(tf: Tf, a: Inner, b: Inner): Inner {
  return tf.backend_util.assertAndGetBroadcastShape([...a], [...b]);
}
