/**
 * ConvNetJS, in plain JavaScript: the first neural networks in the browser, no longer developed. It works on one
 * example at a time, as its documentation shows: a batch is a loop over its examples.
 */
import { createRequire } from 'node:module';
import type { Net, UpdateRule, Vol } from 'convnetjs';
import { at } from '../../common/at.js';
import {
  type Framework,
  type Graph,
  type InferenceModel,
  type Mode,
  type Model,
  type OpenFramework,
  type Optimiser,
  supported,
  type TrainingModel,
} from '../adapter.js';
import { makePlan } from '../lowering/lower.js';
import type { Plan } from '../lowering/plan.js';
import { lowering } from '../lowering/refusal.js';
import { convnetjs as capabilities } from './capabilities.js';
import { layersOf } from './layers.js';
import { outputOf, volumes } from './tensors.js';
import { clearGradients, putWeights, takeWeights } from './weights.js';

type ConvNetJs = typeof import('convnetjs').default;

const framework: Framework = {
  name: 'convnetjs',
  title: 'ConvNetJS',
  homepage: 'https://cs.stanford.edu/people/karpathy/convnetjs',
  isDiscontinued: true,
  targets: [
    {
      name: 'convnetjs/js',
      summary: 'plain JavaScript in float64, one example at a time, in Node',
      host: 'node',
      device: 'cpu',
      isDefault: true,
      packages: ['convnetjs'],
      precisions: ['float32'],
      optimisers: ['sgd', 'rmsprop'],
      modes: { inference: supported, training: supported },
      lower: (graph, mode) => lowering(() => planOf(graph, mode)),
      environment: () => ({}),
      open,
    },
  ],
};
export default framework;

/** A plan that is a chain of its layers. */
function planOf(graph: Graph, mode: Mode): Plan {
  const plan = makePlan(graph, mode, capabilities);
  layersOf(plan, mode);
  return plan;
}

async function open(): Promise<OpenFramework> {
  const { default: convnetjs } = await import('convnetjs');
  return {
    describe: () => ({
      versions: { convnetjs: installedVersion() },
      device: 'cpu',
      configuration: {
        threads: 1,
        interOpThreads: 1,
        instructionSet: 'scalar',
        kernelLibrary: 'plain JavaScript',
        execution: 'eager',
        layout: 'NHWC',
        // Its volumes are Float64Arrays.
        arithmetic: new convnetjs.Vol(1, 1, 1, 0).w instanceof Float64Array ? 'float64' : 'float32',
        flushToZero: false,
        batching: 'one example at a time',
      },
    }),
    loadInference: (model) => loadInference(convnetjs, model),
    loadTraining: (model) => loadTraining(convnetjs, model),
  };
}

/** The library itself says no more than `ALPHA`. */
function installedVersion(): string {
  const { version } = createRequire(import.meta.url)('convnetjs/package.json') as { version: string };
  return version;
}

function build(convnetjs: ConvNetJs, model: Model) {
  const plan = model.plan as Plan;
  const { input, definitions, weighted } = layersOf(plan, model.manifest.mode);
  const net = new convnetjs.Net();
  net.makeLayers([...definitions]);
  putWeights(net, weighted, model.weights);
  const batches = model.inputs.map((tensors) => volumes(convnetjs, plan, input, tensors));
  return { plan, net, weighted, batches };
}

function loadInference(convnetjs: ConvNetJs, model: Model): InferenceModel<Float64Array[]> {
  const { plan, net, batches } = build(convnetjs, model);
  return {
    run: (buffer) => forward(net, at(batches, buffer)),
    read: (rows) => outputOf(plan, rows),
    dispose: () => undefined,
  };
}

/** Every forward pass makes a new volume, so that the outputs of a batch are not written over. */
function forward(net: Net, batch: readonly Vol[]): Float64Array[] {
  const outputs: Float64Array[] = [];
  for (const example of batch) outputs.push(net.forward(example).w);
  return outputs;
}

/** Its `windowgrad` is RMSProp, with epsilon inside the root: there it is the square. */
function ruleOf(optimiser: Optimiser): UpdateRule {
  const { name, learningRate: learning_rate } = optimiser;
  if (name === 'sgd') return { method: 'sgd', learning_rate, momentum: optimiser.momentum };
  if (name === 'adam') throw new Error('its trainer has no Adam');
  return { method: 'windowgrad', learning_rate, ro: optimiser.decay, eps: optimiser.epsilon ** 2 };
}

function loadTraining(convnetjs: ConvNetJs, model: Model): TrainingModel {
  const { plan, net, weighted, batches } = build(convnetjs, model);
  const { training, batch: examples } = model.manifest;
  if (!training) throw new Error('the artefact is not made for training');
  const rule = ruleOf(training.optimiser);
  const labels = model.inputs.map((tensors) => Array.from(tensors.labels?.data as Int32Array));
  // It updates after so many examples, with the mean of their gradients.
  const makeTrainer = () => new convnetjs.Trainer(net, { ...rule, batch_size: examples });
  let trainer = makeTrainer();
  return {
    step(buffer) {
      const batch = at(batches, buffer);
      const classes = at(labels, buffer);
      let loss = 0;
      for (let example = 0; example < batch.length; example++) {
        loss += trainer.train(batch[example] as Vol, classes[example] as number).loss;
      }
      return loss / examples;
    },
    reset() {
      putWeights(net, weighted, model.weights);
      trainer = makeTrainer();
    },
    output(buffer) {
      const logits = at(batches, buffer).map((example) => {
        net.forward(example);
        return at(net.layers, -2).out_act.w;
      });
      return outputOf(plan, logits);
    },
    gradients(buffer) {
      clearGradients(net);
      at(batches, buffer).forEach((example, index) => {
        net.forward(example, true);
        net.backward(at(at(labels, buffer), index));
      });
      const found = takeWeights(net, weighted, 'dw', examples);
      clearGradients(net);
      return found;
    },
    weights: () => takeWeights(net, weighted, 'w'),
    dispose: () => undefined,
  };
}
