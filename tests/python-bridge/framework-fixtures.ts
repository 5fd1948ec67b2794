/**
 * Artefacts for the Python unit tests of frameworks, with the plan of every Python target: what a worker gets, so that those
 * tests need no lowering of their own. `python-bridge/tests/fixtures.py` reads them.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PythonTarget } from '../../adapters/adapter.js';
import { unreferencedArtefact } from '../../model/artefact/artefact.js';
import type { GraphBuilder, ValueName } from '../../model/builder.js';
import { elementCount, type Tensor } from '../../model/graph.js';
import { uniform } from '../../model/random.js';
import type { Generation, Mode, Optimiser, Workload } from '../../model/workload.js';
import { planFile } from '../../runners/hosts/plan-file.js';

const batch = 3;
const classes = 5;

/** Builds a network from `x`; returns its logits [batch, classes]. */
interface Network {
  readonly input: readonly number[];
  build(graph: GraphBuilder, x: ValueName): ValueName;
}

const networks = {
  linear: {
    input: [batch, 4],
    build: (graph, x) => graph.gemm(x, 'fc', 4, classes, 1),
  },
  convolutional: {
    input: [batch, 1, 6, 6],
    build(graph, x) {
      const pooled = graph.maxPool(graph.relu(graph.conv(x, 'conv', 1, 2, 3, 1)), 2);
      return graph.gemm(graph.flatten(pooled), 'fc', 18, classes, 1);
    },
  },
  lstm: {
    input: [batch, 4, 2],
    build(graph, x) {
      const last = graph.lstm(graph.transpose(x, [1, 0, 2]), 'lstm', 2, 3);
      return graph.gemm(graph.squeeze(last, [0]), 'fc', 3, classes, 1);
    },
  },
} as const satisfies Record<string, Network>;

const momentum: Optimiser = { name: 'sgd', learningRate: 0.1, momentum: 0.9 };
const optimisers: Readonly<Record<string, Optimiser>> = {
  sgd: { name: 'sgd', learningRate: 0.1, momentum: 0 },
  momentum,
  adam: { name: 'adam', learningRate: 0.01, beta1: 0.9, beta2: 0.99, epsilon: 1e-12 },
  rmsprop: { name: 'rmsprop', learningRate: 0.01, decay: 0.9, epsilon: 1e-12 },
};

interface Fixture {
  readonly name: string;
  readonly mode: Mode;
  readonly workload: Workload;
}

function fixtures(): Fixture[] {
  const all = Object.entries(networks).flatMap(([name, network]): Fixture[] => [
    { name: `${name}-inference`, mode: 'inference', workload: classifier(name, network, momentum) },
    { name: `${name}-training`, mode: 'training', workload: classifier(name, network, momentum) },
  ]);
  const rules = Object.entries(optimisers).map(([name, optimiser]): Fixture => {
    const workload = classifier('linear', networks.linear, optimiser);
    return { name: `linear-${name}`, mode: 'training', workload };
  });
  return [...all, ...rules, { name: 'generation', mode: 'inference', workload: counter }];
}

/** In inference the softmax of the logits, in training the logits. */
function classifier(name: string, { input, build }: Network, optimiser: Optimiser): Workload {
  return {
    ...common(name),
    modes: ['inference', 'training'],
    training: { loss: 'softmax-cross-entropy', optimiser, steps: 3 },
    build(graph, _, mode) {
      const logits = build(graph, graph.input('x', input));
      graph.output(mode === 'inference' ? graph.softmax(logits) : logits, [batch, classes]);
    },
    inputs(_, buffer, mode) {
      const x = random(input, `x/${buffer}`);
      const labels = Int32Array.from({ length: batch }, (_example, index) => (index + buffer) % classes);
      return mode === 'inference' ? { x } : { x, labels: { type: 'int32', shape: [batch], data: labels } };
    },
  };
}

const generation: Generation = { steps: 3, feedback: { state: 'next' } };

/** next = tanh(state·Wᵀ + b), whose output is the next state. */
const counter: Workload = {
  ...common('generation'),
  modes: ['inference'],
  generation,
  build(graph) {
    const sum = graph.gemm(graph.input('state', [batch, 4]), 'fc', 4, 4, 1);
    graph.output(graph.node('Tanh', [sum], {}, ['next']), [batch, 4]);
  },
  inputs: (_, buffer) => ({ state: random([batch, 4], `state/${buffer}`) }),
};

function common(name: string) {
  const tolerance = { output: 1e-5, loss: 1e-5, gradient: 1e-4, weight: 1e-3 };
  const counts = { parameterCount: 0, multiplyAdds: 0 };
  return {
    name,
    title: name,
    source: 'test',
    family: 'cnn' as const,
    batches: [batch],
    tolerance,
    ...counts,
  };
}

function random(shape: readonly number[], stream: string): Tensor {
  return { type: 'float32', shape, data: uniform(0, stream, elementCount(shape), -1, 1) };
}

/**
 * Writes an artefact folder for each fixture into `root`, and `plans.json` with paths of plans by target and fixture; a reason in
 * place of a path where a target does not support the model.
 */
export async function writeFixtures(root: string, targets: readonly PythonTarget[]): Promise<void> {
  const plans: Record<string, Record<string, { plan: string } | { unsupported: string }>> = {};
  for (const { name, mode, workload } of fixtures()) {
    const { folder, graph, manifest } = await unreferencedArtefact(
      workload,
      mode,
      batch,
      0,
      join(root, name),
    );
    for (const target of targets) {
      const lowered = target.lower(graph, mode, manifest.training?.optimiser);
      plans[target.name] = {
        ...plans[target.name],
        [name]: 'plan' in lowered ? { plan: await planFile(target, folder) } : lowered,
      };
    }
  }
  await writeFile(join(root, 'plans.json'), JSON.stringify(plans));
}
