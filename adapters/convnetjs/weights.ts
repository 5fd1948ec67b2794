/**
 * Weights between a plan and ConvNetJS's layers, which have a volume for each output: a fully connected layer's weight
 * [outputs, inputs] lies like these already, the filters of a convolution are [y, x, channels, outputs].
 */
import type { Layer, Net, Vol } from 'convnetjs';
import { at } from '../../common/at.js';
import type { Tensors } from '../adapter.js';
import { hostConstant } from '../lowering/host.js';
import { permute } from '../lowering/permute.js';
import type { PlannedConstant } from '../lowering/plan.js';
import { toOnnx, type WeightPart } from '../lowering/weight-part.js';
import type { Weighted } from './layer-list.js';

interface WeightedLayer {
  readonly filters: Vol[];
  readonly biases: Vol;
}

export function putWeights(net: Net, weighted: readonly Weighted[], weights: Tensors): void {
  weightedLayers(net).forEach(({ filters, biases }, place) => {
    const { kind, weight, bias } = at(weighted, place);
    const data = floats(weight, weights);
    const inputs = data.length / filters.length;
    const rows = kind === 'Conv' ? permute(data, [inputs, filters.length], [1, 0]) : data;
    filters.forEach(({ w }, output) => {
      w.set(rows.subarray(output * inputs, (output + 1) * inputs));
    });
    biases.w.fill(0);
    if (bias) biases.w.set(floats(bias, weights));
  });
  clearGradients(net);
}

/** Present weights (`w`), or gradients (`dw`) divided by `divisor`, by ONNX name and in ONNX layout. */
export function takeWeights(
  net: Net,
  weighted: readonly Weighted[],
  field: 'w' | 'dw',
  divisor = 1,
): Tensors {
  const layers = weightedLayers(net);
  const values = (volumes: readonly Vol[]) =>
    Float32Array.from(
      volumes.flatMap((volume) => Array.from(volume[field])),
      (value) => value / divisor,
    );
  return toOnnx(
    weighted.flatMap(({ kind, weight, bias }, place): (readonly [WeightPart, Float32Array])[] => {
      const { filters, biases } = at(layers, place);
      const rows = values(filters);
      const shape = [filters.length, rows.length / filters.length];
      return [
        [partOf(weight), kind === 'Conv' ? permute(rows, shape, [1, 0]) : rows],
        ...(bias ? [[partOf(bias), values([biases])] as const] : []),
      ];
    }),
  );
}

/** Gradients add up until someone clears them. */
export function clearGradients(net: Net): void {
  for (const { filters, biases } of weightedLayers(net))
    for (const { dw } of [...filters, biases]) dw.fill(0);
}

function weightedLayers({ layers }: Net): readonly WeightedLayer[] {
  return layers.filter(
    (layer): layer is Layer & WeightedLayer => layer.filters !== undefined && layer.biases !== undefined,
  );
}

function floats(constant: PlannedConstant, weights: Tensors): Float32Array {
  return hostConstant(constant, weights).data as Float32Array;
}

function partOf({ source }: PlannedConstant): WeightPart {
  if (source.kind !== 'weight') throw new Error('a constant that is made by the plan is not trained');
  return source.weight;
}
