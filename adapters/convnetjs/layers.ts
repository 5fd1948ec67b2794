/** A plan as ConvNetJS's list of layers, a chain in which each reads the one before. */
import type { LayerDefinition } from 'convnetjs';
import { at, required } from '../../common/at.js';
import type { Mode } from '../adapter.js';
import { shapesOf } from '../lowering/fuse/views.js';
import { sameList } from '../lowering/lists.js';
import type { Plan, PlannedConstant, PlannedOperation } from '../lowering/plan.js';
import { refuse } from '../lowering/refusal.js';
import { title } from './capabilities.js';
import type { LayerList, Volume, Weighted } from './layer-list.js';
import { checkSharing, checkTraining } from './trainable.js';

/** @throws UnsupportedError for a plan that is no chain of layers, or one that ConvNetJS does not train */
export function layersOf(plan: Plan, mode: Mode): LayerList {
  if (mode === 'training') checkSharing(plan);
  const [input, ...others] = plan.inputs;
  if (!input || others.length > 0 || plan.outputs.length > 1)
    return refuse(`nets with several inputs or outputs are not supported by ${title}`);
  const shapes = shapesOf(plan);
  const volumeAt = (tensor: number) => volumeOf(required(shapes, tensor, 'shapes'));
  const constants = new Map(plan.constants.map((constant) => [constant.tensor, constant]));
  const given = volumeAt(input.tensor);
  let [volume, tensor] = [given, input.tensor];
  const definitions: LayerDefinition[] = [
    { type: 'input', out_sx: given[1], out_sy: given[0], out_depth: given[2] },
  ];
  const weighted: Weighted[] = [];
  for (const operation of plan.operations) {
    checkChain(operation, tensor, required(shapes, input.tensor, 'shapes')[0]);
    tensor = at(operation.outputs, 0);
    // A volume is one array in whatever shape.
    if (operation.kind === 'Reshape') continue;
    if (isOfImages(operation) && !sameList(volumeAt(at(operation.inputs, 0)), volume))
      cannot(operation, 'of a value that was reshaped');
    const layer = weightedOf(operation, constants);
    if (layer) weighted.push(layer);
    const isEnd = mode === 'training' && operation === plan.operations.at(-1);
    definitions.push(definitionOf(operation, layer?.weight.shape ?? [], isEnd));
    volume = volumeAt(tensor);
  }
  checkEnds(definitions);
  if (mode === 'training') checkTraining(plan.operations, weighted);
  return { input: given, definitions, weighted };
}

function checkEnds(definitions: readonly LayerDefinition[]): void {
  if (definitions.length === 1) refuse(`nets without layers are not supported by ${title}`);
  if (definitions.slice(0, -1).some(({ type }) => type === 'softmax'))
    refuse(`Softmax inside a net is not supported by ${title}`);
}

function weightedOf(
  operation: PlannedOperation,
  constants: ReadonlyMap<number, PlannedConstant>,
): Weighted | undefined {
  const { node, kind, inputs } = operation;
  if (kind !== 'Conv' && kind !== 'Gemm') return undefined;
  const [, weight, bias] = inputs.map((tensor) => constants.get(tensor));
  return { node, kind, weight: weight ?? cannot(operation, 'with a weight that is computed'), bias };
}

function isOfImages({ kind }: PlannedOperation): boolean {
  return kind === 'Conv' || kind === 'MaxPool' || kind === 'LRN';
}

function checkChain(operation: PlannedOperation, tensor: number, batch: number | undefined): void {
  if (operation.inputs[0] !== tensor) cannot(operation, 'that does not read the layer before it');
  if (at(operation.results, 0).shape[0] !== batch)
    cannot(operation, 'that mixes examples: it sees one at a time');
}

function definitionOf(
  operation: PlannedOperation,
  weight: readonly number[],
  isEnd: boolean,
): LayerDefinition {
  switch (operation.kind) {
    case 'Conv': {
      const [sy, sx] = weight;
      return { type: 'conv', sx, sy, filters: at(weight, -1), ...sides(operation.settings) };
    }
    case 'MaxPool': {
      const [sy, sx] = operation.settings.kernel;
      return { type: 'pool', sx, sy, ...sides(operation.settings) };
    }
    case 'LRN': {
      const { size, alpha, beta, bias } = operation.settings;
      return { type: 'lrn', k: bias, n: size, alpha, beta };
    }
    case 'Relu':
      return { type: 'relu' };
    case 'Sigmoid':
      return { type: 'sigmoid' };
    case 'Tanh':
      return { type: 'tanh' };
    case 'Gemm':
      // Its softmax layer brings a fully connected one, and is the loss as well.
      return operation.activation || isEnd
        ? { type: 'softmax', num_classes: at(weight, 0) }
        : { type: 'fc', num_neurons: at(weight, 0) };
    default:
      return cannot(operation, 'as a layer of its own');
  }
}

function sides({ strides, pads }: { strides: readonly number[]; pads: readonly (readonly number[])[] }) {
  return { stride: at(strides, 0), pad: at(at(pads, 0), 0) };
}

function volumeOf(shape: readonly number[]): Volume {
  const [y = 1, x = 1, channels = 1] = [...[1, 1, 1].slice(shape.length - 1), ...shape.slice(1)];
  return shape.length >= 1 && shape.length <= 4
    ? [y, x, channels]
    : refuse(`values of ${shape.length} axes are not supported by ${title}`);
}

function cannot({ kind, node }: PlannedOperation, what: string): never {
  return refuse(`${kind} (${node}) ${what} is not supported by ${title}`);
}
