/**
 * Before anything is timed: both nets compute what the artefact expects. A hand-written net that computes something else
 * would be compared with in vain. The counterpart in Python is `touchstone_bridge/measure/verify.py`.
 */
import { join } from 'node:path';
import { at, required } from '../../../common/at.js';
import type { ParityCheck } from '../../../common/run/results.js';
import { artefactFiles } from '../../../model/artefact/manifest.js';
import type { Model } from '../../../model/artefact/model.js';
import type { Tensor, Tensors } from '../../../model/graph.js';
import { readTensors } from '../../../model/safetensors.js';
import { checkParity } from '../../../runners/parity/parity.js';
import type { Call } from './contenders.js';
import type { Outcome } from './messages.js';

/** A net, lowered or written by hand. */
export interface Net {
  readonly call: Call;
  /** The same, which gives back what the call returned where the framework does not collect it. */
  readonly timed: Call;
  /** The graph's outputs from what `call` returned; in training `call` returns the loss. */
  read(output: unknown): Tensors;
}

/**
 * Losses may differ by so many times the declared tolerance: rounding grows through the updates, and by which rule they are made
 * shows in the second digit.
 */
const lossFactor = 10;

type Problem = Exclude<Outcome, { state: 'measured' }>;

/**
 * The net's first calls against the expected values: the outputs of every buffer, or the losses of the first training steps.
 *
 * @param name of the net, for the message
 * @returns undefined where it agrees, and no call took longer than the limit
 */
export async function problemOf(
  net: Net,
  name: string,
  { folder, model, maxIterationNs }: { folder: string; model: Model; maxIterationNs: number },
): Promise<Problem | undefined> {
  const { manifest } = model;
  const count = manifest.training?.steps ?? manifest.buffers;
  const outputs: unknown[] = [];
  for (let iteration = 0; iteration < count; iteration++) {
    const begin = process.hrtime.bigint();
    outputs.push(await net.call(iteration % manifest.buffers));
    const iterationNs = Number(process.hrtime.bigint() - begin);
    // The first call compiles.
    if (iteration > 0 && iterationNs > maxIterationNs) return { state: 'slow', iterationNs };
  }
  const expected = Object.entries(await readTensors(join(folder, artefactFiles.expected)));
  const actual = manifest.training ? lossesOf(outputs) : outputsOf(outputs, net);
  const { loss, ...tolerance } = manifest.tolerance;
  const failed = checkParity({
    expected: Object.fromEntries(expected.filter(([key]) => Object.hasOwn(actual, key))),
    actual,
    initial: {},
    tolerance: { ...tolerance, loss: lossFactor * loss },
  }).find(({ passed }) => !passed);
  return failed && { state: 'refused', reason: `the ${name} net is wrong: ${describe(failed)}` };
}

function outputsOf(outputs: readonly unknown[], net: Net): Tensors {
  const named = outputs.flatMap((output, buffer) =>
    Object.entries(net.read(output)).map(([name, tensor]) => [`output/${buffer}/${name}`, tensor] as const),
  );
  return Object.fromEntries(named);
}

function lossesOf(losses: readonly unknown[]): Tensors {
  const data = Float64Array.from(losses, Number);
  return { losses: { type: 'float64', shape: [data.length], data } };
}

function describe({ what, worst, error, tolerance, reason }: ParityCheck): string {
  const size = error === null ? reason : `differs by ${error.toExponential(1)}, tolerance ${tolerance}`;
  return `${what} ${worst} ${size}`;
}

/** The graph's only output from row-major values. */
export function singleOutput({ graph }: Model, values: ArrayLike<number>): Tensors {
  const { name, shape } = at(graph.outputs, 0, 'graph outputs');
  return { [name]: { type: 'float32', shape, data: Float32Array.from(values) } };
}

/** A weight of the artefact by its name, as float32. */
export function weightOf({ weights }: Model, name: string): Tensor & { readonly data: Float32Array } {
  const { shape, data } = required(weights, name, 'weights of the artefact');
  if (!(data instanceof Float32Array)) throw new TypeError(`weight ${name} is not float32`);
  return { type: 'float32', shape, data };
}
