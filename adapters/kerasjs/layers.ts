/** The layers of Keras 2's JSON for the operations of a plan. Keras.js reads one example at a time, so shapes leave out the batch. */
import { at } from '../../common/at.js';
import { elementCount } from '../../model/graph.js';
import { ascending } from '../lowering/lists.js';
import type { PerAxis, RecurrentSettings } from '../lowering/operations/operation.js';
import { inverse } from '../lowering/permute.js';
import type { PlannedOperation } from '../lowering/plan.js';
import { activations, fused, type KerasLayer, kernelAndBias, reshape, without } from './keras-layer.js';
import { recurrentKinds, recurrentLayer } from './recurrent.js';
import { spatial } from './spatial.js';

const merges: Readonly<Partial<Record<PlannedOperation['kind'], string>>> = {
  Add: 'Add',
  Sub: 'Subtract',
  Mul: 'Multiply',
  Max: 'Maximum',
  Min: 'Minimum',
};

/** Layers that compute in the array of the layer before. */
export const overwriting: ReadonlySet<PlannedOperation['kind']> = new Set([
  'LeakyRelu',
  'Elu',
  'BatchNormalization',
]);

/** Operations whose layer holds all operands but the first as its weights. */
export const weighted: ReadonlySet<PlannedOperation['kind']> = new Set([
  ...(['Conv', 'Gemm', 'MatMul', 'BatchNormalization'] as const),
  ...recurrentKinds,
]);

/**
 * One layer after the other, the first with the weights.
 *
 * @param x shape of the first operand, the batch included
 * @param weight shape of its first weight, if it has any
 */
export function layersOf(operation: PlannedOperation, x: PerAxis, weight?: PerAxis): readonly KerasLayer[] {
  if (operation.kind === 'Softmax') return softmax(operation.settings.axis, x);
  const layer = layerOf(operation, x, weight);
  const isReduced = operation.kind === 'ReduceMean' || operation.kind === 'ReduceMax';
  return isReduced && operation.settings.keepdims
    ? [layer, reshape([], at(operation.results, 0).shape)]
    : [layer];
}

/** Its softmax is along the last axis of a vector or a matrix. */
function softmax(axis: number, x: PerAxis): readonly KerasLayer[] {
  const places = [...x.keys()];
  const perm = [...places.filter((place) => place !== axis), axis];
  const moved = perm.map((place) => at(x, place));
  const rows = [at(moved, 0), elementCount(moved.slice(1, -1)), at(moved, -1)];
  const layer = without('Activation', { activation: 'softmax' });
  const flat = x.length > 3 ? [reshape(moved, rows), layer, reshape(rows, moved)] : [layer];
  return ascending(perm) ? flat : [permute(perm), ...flat, permute(inverse(perm))];
}

function permute(perm: readonly number[]): KerasLayer {
  return without('Permute', { dims: perm.slice(1) });
}

function layerOf(operation: PlannedOperation, x: PerAxis, weight: PerAxis = []): KerasLayer {
  const { kind } = operation;
  const activation = activations[kind];
  if (activation !== undefined) return without('Activation', { activation });
  const merge = merges[kind];
  if (merge !== undefined) return without(merge);
  const result = at(operation.results, 0).shape;
  switch (operation.kind) {
    case 'LeakyRelu':
      return without('LeakyReLU', operation.settings);
    case 'Elu':
      return without('ELU', operation.settings);
    case 'Concat':
      return without('Concatenate', operation.settings);
    case 'Reshape':
      return reshape(x, result);
    case 'Transpose':
      return permute(operation.settings.perm);
    case 'Gemm':
    case 'MatMul': {
      const useBias = operation.inputs.length === 3;
      const config = { units: at(result, -1), ...fused(operation.activation), use_bias: useBias };
      return { className: 'Dense', config, weightNames: kernelAndBias };
    }
    case 'BatchNormalization':
      return {
        className: 'BatchNormalization',
        config: {
          ...operation.settings,
          // On WebGL rows are images of width 1, so that the last axis has another number than it has here.
          axis: operation.settings.axis === x.length - 1 ? -1 : operation.settings.axis,
          center: true,
          scale: true,
        },
        weightNames: ['gamma', 'beta', 'moving_mean', 'moving_variance'],
      };
    case 'LSTM':
    case 'GRU':
    case 'RNN':
      return recurrentLayer(operation.kind, operation.settings as RecurrentSettings);
    default:
      return spatial(operation, x, weight);
  }
}
