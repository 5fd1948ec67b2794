/** A TensorFlow.js model that answers, and one that learns. */
import type { Tensor as TfTensor, Variable } from '@tensorflow/tfjs';
import type { InferenceModel, Model, Tensor, Tensors, TrainingModel } from '../adapter.js';
import { fromNative, toNative } from '../lowering/axes.js';
import { float32 } from '../lowering/nodes.js';
import { type BuiltModel, buildModel, putWeights, type Tf, takeWeights } from './build.js';
import { type ModelPlan, planModel } from './plan.js';

/** A host array with the shape that the model wants it in. */
interface HostTensor {
  readonly data: Float32Array;
  readonly shape: number[];
}

/** Data of every output, in the plan's order. */
type Outputs = readonly ArrayLike<number>[];

export function loadInference(tf: Tf, model: Model): InferenceModel<Outputs> {
  const { plan, built, batches } = prepare(tf, model);
  return {
    async run(buffer) {
      const inputs = upload(tf, batches[buffer] ?? []);
      const outputs = built.model.predict(inputs) as TfTensor | TfTensor[];
      const list = Array.isArray(outputs) ? outputs : [outputs];
      const data: ArrayLike<number>[] = [];
      for (const output of list) data.push(await output.data());
      tf.dispose([inputs, list]);
      return data;
    },
    read: (outputs) => named(plan, outputs),
    dispose: () => built.model.dispose(),
  };
}

export function loadTraining(tf: Tf, model: Model): TrainingModel {
  const { plan, built, batches } = prepare(tf, model);
  const { training, batch } = model.manifest;
  if (!training) throw new Error('this artefact is not one for training');
  const classes = model.graph.outputs[0]?.shape[1] ?? 0;
  const labels = model.inputs.map((tensors) => oneHot(tensors.labels, classes));
  const loss = (truth: TfTensor, logits: TfTensor) => tf.losses.softmaxCrossEntropy(truth, logits);
  const { learningRate, momentum } = training.optimiser;
  let dropOptimiser = () => {};
  const compile = () => {
    dropOptimiser();
    const optimizer = momentum === 0 ? tf.train.sgd(learningRate) : tf.train.momentum(learningRate, momentum);
    dropOptimiser = () => optimizer.dispose();
    built.model.compile({ optimizer, loss });
  };
  compile();
  return {
    async step(buffer) {
      const inputs = upload(tf, batches[buffer] ?? []);
      const truth = tf.tensor(labels[buffer] ?? [], [batch, classes]);
      const value = await built.model.trainOnBatch(inputs, truth);
      tf.dispose([inputs, truth]);
      return Array.isArray(value) ? (value[0] ?? Number.NaN) : value;
    },
    reset() {
      putWeights(tf, built, model.weights);
      compile();
    },
    async output(buffer) {
      const inputs = upload(tf, batches[buffer] ?? []);
      const logits = built.model.predict(inputs) as TfTensor;
      const data = await logits.data();
      tf.dispose([inputs, logits]);
      return named(plan, [data]);
    },
    gradients: (buffer) =>
      gradients(tf, built, model, batches[buffer] ?? [], labels[buffer] ?? new Float32Array(), loss),
    weights: () => takeWeights(built, model.graph, (layer, index) => layer.weights[index]?.read()),
    dispose() {
      dropOptimiser();
      built.model.dispose();
    },
  };
}

function prepare(tf: Tf, model: Model): { plan: ModelPlan; built: BuiltModel; batches: HostTensor[][] } {
  const plan = planModel(model.graph, model.manifest.mode);
  const built = buildModel(tf, plan);
  putWeights(tf, built, model.weights);
  const batches = model.inputs.map((tensors) =>
    plan.inputs.map((input) => hostTensor(input, tensors[input.name])),
  );
  return { plan, built, batches };
}

function hostTensor({ shape, axes }: ModelPlan['inputs'][number], tensor: Tensor | undefined): HostTensor {
  const data = toNative(tensor?.data as Float32Array, tensor?.shape ?? [], axes);
  return { data, shape: [...shape] };
}

function upload(tf: Tf, batch: readonly HostTensor[]): TfTensor[] {
  return batch.map(({ data, shape }) => tf.tensor(data, shape));
}

function named(plan: ModelPlan, outputs: Outputs): Tensors {
  const entries = plan.outputs.map(({ name, shape, axes }, index) => [
    name,
    float32(shape, fromNative(outputs[index] ?? [], shape, axes)),
  ]);
  return Object.fromEntries(entries);
}

async function gradients(
  tf: Tf,
  built: BuiltModel,
  model: Model,
  batch: readonly HostTensor[],
  labels: Float32Array,
  loss: (truth: TfTensor, logits: TfTensor) => TfTensor,
): Promise<Tensors> {
  const inputs = upload(tf, batch);
  const truth = tf.tensor(labels, [model.manifest.batch, labels.length / model.manifest.batch]);
  const { value, grads } = tf.variableGrads(() =>
    loss(truth, built.model.apply(inputs, { training: true }) as TfTensor).asScalar(),
  );
  const found = await takeWeights(built, model.graph, (layer, index) => {
    const variable = layer.weights[index]?.read() as Variable | undefined;
    return grads[variable?.name ?? ''];
  });
  tf.dispose([inputs, truth, value, grads]);
  return found;
}

/** Class numbers [N] → row-major [N, classes], as its categorical losses want them. */
function oneHot(labels: Tensor | undefined, classes: number): Float32Array {
  const numbers = labels?.data as Int32Array;
  const rows = new Float32Array(numbers.length * classes);
  numbers.forEach((label, row) => {
    rows[row * classes + label] = 1;
  });
  return rows;
}
