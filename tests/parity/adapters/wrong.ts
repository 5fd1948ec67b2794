/**
 * Adapters that are subtly wrong, each in one of the ways that real benchmarks were: the parity check has to catch
 * every one. Each wraps the TensorFlow.js adapter and spoils exactly one thing.
 */
import {
  type Framework,
  type InferenceModel,
  isNodeTarget,
  type Model,
  type NodeTarget,
  type OpenFramework,
  type TrainingModel,
} from '../../../adapters/adapter.js';
import tfjs from '../../../adapters/tfjs/index.js';
import type { Tensor, Tensors } from '../../../model/graph.js';

interface Spoiler {
  readonly model?: (model: Model) => Model;
  readonly inference?: (model: InferenceModel) => InferenceModel;
}

const spoilers: Readonly<Record<string, Spoiler>> = {
  'nothing-wrong': {},
  'transposed-weights': { model: (model) => changeWeight(model, hasShape(4), transposeWindow) },
  'missing-bias': { model: (model) => changeWeight(model, hasShape(1), zero) },
  'softmax-twice': {
    inference: (model) => withRead(model, (output) => mapTensors(model.read(output), softmax)),
  },
  'gates-in-another-order': { model: (model) => changeWeight(model, hasShape(3), swapGates) },
  'momentum-dampened': { model: dampen },
  'stale-output': { inference: stale },
  'half-precision': { model: (model) => ({ ...model, weights: mapTensors(model.weights, roundToHalf) }) },
};

export const wrongNames = Object.keys(spoilers);

const framework: Framework = {
  name: 'wrong',
  title: 'Wrong on purpose',
  homepage: '',
  targets: wrongNames.map(spoiled),
};
export default framework;

function spoiled(kind: string): NodeTarget {
  const target = tfjs.targets.find((candidate) => candidate.name === 'tfjs/js');
  if (!target || !isNodeTarget(target)) throw new Error('tfjs/js runs in Node');
  const spoiler = spoilers[kind] ?? {};
  return {
    ...target,
    name: `wrong/${kind}`,
    async open(budget): Promise<OpenFramework> {
      const inner = await target.open(budget);
      return {
        describe: () => inner.describe(),
        async loadInference(model) {
          const loaded = await inner.loadInference(spoiler.model?.(model) ?? model);
          return spoiler.inference?.(loaded) ?? loaded;
        },
        async loadTraining(model): Promise<TrainingModel> {
          const loaded = await inner.loadTraining?.(spoiler.model?.(model) ?? model);
          if (!loaded) throw new Error('tfjs trains');
          return loaded;
        },
      };
    },
  };
}

/** Changes the first weight for which `chosen` holds. */
function changeWeight(
  model: Model,
  chosen: (tensor: Tensor) => boolean,
  change: (tensor: Tensor) => Tensor,
): Model {
  const name = Object.keys(model.weights).find((candidate) => chosen(model.weights[candidate]!));
  if (name === undefined) return model;
  return { ...model, weights: { ...model.weights, [name]: change(model.weights[name]!) } };
}

const hasShape = (rank: number) => (tensor: Tensor) =>
  tensor.shape.length === rank && tensor.type === 'float32';

function withData(tensor: Tensor, at: (index: number, data: Float32Array) => number): Tensor {
  const data = tensor.data as Float32Array;
  return { ...tensor, data: Float32Array.from(data, (_, index) => at(index, data)) };
}

/** A convolution's window, rows and columns exchanged. */
function transposeWindow(tensor: Tensor): Tensor {
  const size = tensor.shape[3]!;
  return withData(tensor, (index, data) => {
    const column = index % size;
    const row = Math.floor(index / size) % size;
    return data[index - row * size - column + column * size + row]!;
  });
}

function zero(tensor: Tensor): Tensor {
  return withData(tensor, () => 0);
}

/** Output and forget gates exchanged, as when ONNX's order i, o, f, c is taken for another's i, f, o, c. */
function swapGates(tensor: Tensor): Tensor {
  const gate = tensor.data.length / 4;
  return withData(tensor, (index, data) => {
    if (index >= gate && index < 2 * gate) return data[index + gate]!;
    if (index >= 2 * gate && index < 3 * gate) return data[index - gate]!;
    return data[index]!;
  });
}

/** v ← momentum·v + (1 − momentum)·g, as some frameworks define it: the same as a smaller learning rate. */
function dampen(model: Model): Model {
  const { training } = model.manifest;
  if (training?.optimiser.name !== 'sgd') return model;
  const { optimiser } = training;
  const learningRate = optimiser.learningRate * (1 - optimiser.momentum);
  return {
    ...model,
    manifest: { ...model.manifest, training: { ...training, optimiser: { ...optimiser, learningRate } } },
  };
}

/** The same model with another `read`; adapters may be classes, which a spread would take apart. */
function withRead(model: InferenceModel, read: InferenceModel['read']): InferenceModel {
  return { run: (buffer) => model.run(buffer), read, dispose: () => model.dispose() };
}

function stale(model: InferenceModel): InferenceModel {
  let first: unknown;
  return {
    async run(buffer) {
      first ??= await model.run(buffer);
      return first;
    },
    read: (output) => model.read(output),
    dispose: () => model.dispose(),
  };
}

function softmax(tensor: Tensor): Tensor {
  const classes = tensor.shape.at(-1)!;
  const exponentials = Array.from(tensor.data as Float32Array, Math.exp);
  return withData(tensor, (index) => {
    const start = index - (index % classes);
    const total = exponentials.slice(start, start + classes).reduce((sum, value) => sum + value, 0);
    return exponentials[index]! / total;
  });
}

/** IEEE 754 half precision keeps 11 significant bits; weights here are far from its range's ends. */
function roundToHalf(tensor: Tensor): Tensor {
  if (tensor.type !== 'float32') return tensor;
  return withData(tensor, (index, data) => {
    const value = data[index]!;
    if (value === 0) return 0;
    const unit = 2 ** (Math.floor(Math.log2(Math.abs(value))) - 10);
    return Math.round(value / unit) * unit;
  });
}

function mapTensors(tensors: Tensors, change: (tensor: Tensor) => Tensor): Tensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, change(tensor)]));
}
