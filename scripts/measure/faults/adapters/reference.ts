/**
 * Targets without a framework: they answer with the reference itself and take a known time for it. With them the whole program
 * is attacked and tested on real processes, quickly.
 */
import { dirname, join } from 'node:path';
import {
  type InferenceModel,
  type Model,
  type NodeTarget,
  supported,
  type Tensors,
  type TrainingModel,
  unsupported,
} from '../../../../adapters/adapter.js';
import { at, required } from '../../../../common/at.js';
import { readTensors } from '../../../../model/safetensors.js';

/** Called before each iteration, with how many there were before; may return another output. */
export type Trick = (iteration: number, output: Tensors) => Tensors | Promise<Tensors> | undefined;

export interface ReferenceTarget {
  readonly name: string;
  /** What an iteration takes. */
  readonly ms: number;
  readonly trick?: Trick;
  /** Whether it has training too. */
  readonly trains?: true;
  /** Called in the worker, when the framework would be imported. */
  readonly onOpen?: () => void;
  /** Set in the worker's environment. */
  readonly environment?: () => Readonly<Record<string, string>>;
}

export function referenceTarget({
  name,
  ms,
  trick,
  trains,
  onOpen,
  environment,
}: ReferenceTarget): NodeTarget {
  return {
    name,
    host: 'node',
    device: 'cpu',
    summary: 'answers with the reference',
    packages: [],
    precisions: ['float32'],
    modes: { inference: supported, training: trains ? supported : unsupported('it only pretends') },
    lower: () => ({ plan: { form: 'nothing' } }),
    environment: environment ?? (() => ({})),
    async open() {
      onOpen?.();
      return {
        describe: () => ({
          versions: { scripted: '1' },
          device: 'cpu',
          configuration: {
            threads: 1,
            interOpThreads: 1,
            instructionSet: null,
            kernelLibrary: null,
            execution: null,
            layout: null,
            arithmetic: 'float32',
            flushToZero: false,
          },
        }),
        loadInference: (model) => loadInference(model, ms, trick),
        ...(trains && { loadTraining: (model: Model) => loadTraining(model, ms) }),
      };
    },
  };
}

let iterations = 0;

async function loadInference(
  model: Model,
  ms: number,
  trick: Trick | undefined,
): Promise<InferenceModel<Tensors>> {
  const expected = await expectedOf(model);
  const outputs = model.inputs.map((_, buffer) => under(expected, `output/${buffer}/`));
  return {
    run(buffer) {
      compute(ms);
      const output = at(outputs, buffer, 'outputs');
      return trick?.(iterations++, output) ?? output;
    },
    read: (output) => output,
    dispose: () => undefined,
  };
}

async function loadTraining(model: Model, ms: number): Promise<TrainingModel> {
  const expected = await expectedOf(model);
  const losses = Array.from(required(expected, 'losses', 'the reference').data, Number);
  let steps = 0;
  return {
    step() {
      compute(ms);
      // The reference ends after a few steps; nobody compares later losses.
      return at(losses, Math.min(steps++, losses.length - 1), 'losses');
    },
    reset: () => {
      steps = 0;
    },
    output: () => under(expected, 'output/0/'),
    gradients: () => under(expected, 'gradient/'),
    weights: () => under(expected, 'weight/'),
    dispose: () => undefined,
  };
}

function expectedOf({ modelPath }: Model): Promise<Tensors> {
  return readTensors(join(dirname(modelPath), 'expected.safetensors'));
}

function under(tensors: Tensors, prefix: string): Tensors {
  const own = Object.entries(tensors).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(own.map(([name, tensor]) => [name.slice(prefix.length), tensor]));
}

function compute(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}
