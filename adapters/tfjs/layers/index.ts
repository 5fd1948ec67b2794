/** The layer of the Layers API for an operation of a plan, where it has one. */
import { at } from '../../../common/at.js';
import type { OperationKind } from '../../lowering/operations/operation.js';
import type { PlannedOperation } from '../../lowering/plan.js';
import type { PlanTensors } from '../plan-tensors.js';
import type { Tf } from '../tf.js';
import { activationOf, behindFirst, type LayerOf, type LayerTable, type OwnLayer, zeros } from './layer.js';
import { plainLayers } from './plain.js';
import { recurrentLayers } from './recurrent.js';
import { windowLayers } from './windows.js';

/** Of sequences it transposes its weight in every call. */
const dense: LayerOf<'Gemm'> = (tf, operation, { inputs }) => {
  if (at(inputs, 0).length !== 2) return undefined;
  const layer = tf.layers.dense({
    ...zeros,
    units: at(at(inputs, 1), -1),
    useBias: operation.inputs.length > 2,
    activation: activationOf(operation),
  });
  return { layer, weights: behindFirst(operation) };
};

/** Rows of a constant table. */
const embedding: LayerOf<'Gather'> = (tf, { settings }, { inputs }) => {
  const table = at(inputs, 0);
  if (settings.axis !== 0 || table.length !== 2 || at(inputs, 1).length === 0) return undefined;
  const [inputDim, outputDim] = [at(table, 0), at(table, 1)];
  return {
    layer: tf.layers.embedding({ inputDim, outputDim, embeddingsInitializer: 'zeros' }),
    weights: [0],
  };
};

/** In training it is given the running mean and variance to update. */
const trainingBatchNormalisation: LayerOf<'TrainingBatchNormalization'> = (tf, operation, { inputs }) => {
  const { epsilon, momentum } = operation.settings;
  if (at(inputs, 0).length < 2) return undefined;
  return {
    layer: tf.layers.batchNormalization({ axis: -1, epsilon, momentum }),
    weights: behindFirst(operation),
  };
};

/** In training it would normalise by the mean and variance of the batch. */
const batchNormalisation: LayerOf<'BatchNormalization'> = (tf, operation, { inputs }) => {
  if (at(inputs, 0).length < 2) return undefined;
  const { epsilon } = operation.settings;
  return { layer: tf.layers.batchNormalization({ axis: -1, epsilon }), weights: behindFirst(operation) };
};

const table: LayerTable = {
  ...plainLayers,
  ...windowLayers,
  ...recurrentLayers,
  Gemm: dense,
  Gather: embedding,
  TrainingBatchNormalization: trainingBatchNormalisation,
  BatchNormalization: batchNormalisation,
};

/** Undefined where the Layers API has no layer with these settings and operands. */
export function layerOf(tf: Tf, operation: PlannedOperation, tensors: PlanTensors): OwnLayer | undefined {
  if (tensors.mode === 'training' && operation.kind === 'BatchNormalization') return undefined;
  const found = made(tf, operation, tensors);
  const own = found?.weights ?? [];
  return own.every((place) => tensors.isOwn(at(operation.inputs, place))) ? found : undefined;
}

function made(tf: Tf, operation: PlannedOperation, tensors: PlanTensors): OwnLayer | undefined {
  const layer = table[operation.kind] as LayerOf<OperationKind> | undefined;
  const operands = operation.inputs.map((tensor) => tensors.of(tensor));
  const isFloat = operation.results.every(({ type }) => type === 'float32');
  const isEmpty = [...operands, ...operation.results].some(({ shape }) => shape.includes(0));
  const isRead = operation.kind === 'Gather' || operands.every(({ type }) => type === 'float32');
  if (!layer || !isFloat || !isRead || isEmpty) return undefined;
  const shapes = {
    inputs: operands.map(({ shape }) => shape),
    outputs: operation.results.map(({ shape }) => shape),
  };
  return layer(tf, operation, shapes);
}
