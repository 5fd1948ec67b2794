/**
 * Verifies artefacts on a target: loads each in a real worker and compares its results with the expected values by the parity
 * check that every run has.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Target } from '../../adapters/adapter.js';
import { explain, TouchstoneError } from '../../common/errors.js';
import { temporaryFolder } from '../../common/files.js';
import { firstDevice } from '../../common/run/device.js';
import type { Artefact } from '../../model/artefact/artefact.js';
import type { Tensors } from '../../model/graph.js';
import { toleranceFor } from '../../model/tolerance.js';
import type { Precision, Tolerance } from '../../model/workload.js';
import { startDescribed } from '../hosts/described.js';
import { checkParity } from '../parity/parity.js';
import { loadReference } from '../parity/reference.js';
import { readWorkerTensors } from '../parity/worker-tensors.js';
import { WorkerFailure } from '../protocol/failure.js';
import type { Worker } from '../protocol/worker.js';
import { supportOf } from '../schedule/plan.js';

export type Outcome =
  /** `error` is the largest relative error of any tensor. */
  | { readonly state: 'ok'; readonly error: number }
  | { readonly state: 'unsupported'; readonly reason: string }
  | { readonly state: 'wrong' | 'failed'; readonly reason: string };

export type Failure = Extract<Outcome, { state: 'wrong' | 'failed' }>;

export function isFailure(outcome: { readonly state: string }): outcome is Failure {
  return outcome.state === 'wrong' || outcome.state === 'failed';
}

export interface VerifyOptions {
  /**
   * Whether the worker may reject the model as unsupported, as frameworks do that import ONNX themselves. For all others support is
   * decided by the plan, and a rejection by the worker is a failure.
   */
  readonly mayReject?: boolean;
  /** Replaces the tolerance that the artefact declares. */
  readonly tolerance?: Tolerance;
  /** The arithmetic that the target's plan uses, where that is not what the artefact stores. */
  readonly precision?: Precision;
  /** Receives what the target computed, whether it agrees or not. */
  readonly onActual?: (actual: Tensors) => void;
}

export type Verify = (artefact: Artefact, options?: VerifyOptions) => Promise<Outcome>;

/** Small models take seconds. */
const defaultDeadlineMs = 120_000;

/**
 * Processes items one after the other with the same worker process, which is restarted after a failure.
 *
 * @param executable the program that the target's workers run in, if it is not the host's own
 * @param work verifies the artefacts of one item
 * @param deadlineMs of one request
 */
export async function verifyEach<Item, Result>(
  target: Target,
  executable: string | undefined,
  items: readonly Item[],
  work: (item: Item, verify: Verify) => Promise<Result>,
  deadlineMs = defaultDeadlineMs,
): Promise<Result[]> {
  const scratch = await temporaryFolder('conformance');
  const worker = new RestartingWorker(target, executable, scratch, deadlineMs);
  const results: Result[] = [];
  try {
    for (const item of items) {
      results.push(
        await work(item, (artefact, options) => verify(target, artefact, worker, scratch, options)),
      );
    }
  } finally {
    await worker.end();
    await rm(scratch, { recursive: true, force: true });
  }
  return results;
}

async function verify(
  target: Target,
  { graph, manifest, folder }: Artefact,
  worker: RestartingWorker,
  scratch: string,
  { mayReject = false, tolerance, precision = manifest.precision, onActual }: VerifyOptions = {},
): Promise<Outcome> {
  const { mode, training, generation } = manifest;
  const wanted = { mode, precision: manifest.precision, graph, ...(training ? { training } : {}) };
  const support = supportOf({ ...wanted, ...(generation ? { generation } : {}) }, target);
  if (!support.supported) return { state: 'unsupported', reason: support.reason };
  const file = join(scratch, 'verified.safetensors');
  let actual: Tensors;
  try {
    const running = await worker.running();
    await running.request({ type: 'load', folder, mode });
    await running.request({ type: 'verify', file });
    actual = await readWorkerTensors(file);
    await running.request({ type: 'unload' });
  } catch (error) {
    // The state of a worker after an error is unknown; the next artefact gets a new one.
    await worker.end();
    if (!(error instanceof TouchstoneError && error.code === 'worker')) throw error;
    const isUnsupported =
      error instanceof WorkerFailure &&
      error.detail.kind === 'refused' &&
      error.detail.refusal === 'unsupported';
    return { state: isUnsupported && mayReject ? 'unsupported' : 'failed', reason: explain(error) };
  }
  onActual?.(actual);
  const { weights: initial, ...reference } = await loadReference(folder);
  const checks = checkParity({
    ...reference,
    tolerance: toleranceFor({ ...reference.tolerance, ...tolerance }, precision, target.device),
    initial,
    actual,
  });
  const failed = checks.find((check) => !check.passed);
  if (!failed) {
    // A check that passed has an error.
    return { state: 'ok', error: Math.max(0, ...checks.flatMap(({ error }) => error ?? [])) };
  }
  const size = failed.reason ?? `relative error ${failed.error?.toExponential(1)}`;
  return { state: 'wrong', reason: `${failed.what} ${failed.worst}: ${size}` };
}

class RestartingWorker {
  readonly #target: Target;
  readonly #executable: string | undefined;
  readonly #logFile: string;
  readonly #deadlineMs: number;
  #worker: Worker | undefined;

  constructor(target: Target, executable: string | undefined, scratch: string, deadlineMs: number) {
    this.#target = target;
    this.#executable = executable;
    this.#logFile = join(scratch, 'worker.log');
    this.#deadlineMs = deadlineMs;
  }

  /** The running worker; starts one if there is none. */
  async running(): Promise<Worker> {
    if (this.#worker) return this.#worker;
    const { worker } = await startDescribed({
      target: this.#target,
      budget: { threads: 1, cpus: [], device: firstDevice(this.#target.device) },
      logFile: this.#logFile,
      deadlineMs: this.#deadlineMs,
      ...(this.#executable === undefined ? {} : { executable: this.#executable }),
    });
    this.#worker = worker;
    return worker;
  }

  async end(): Promise<void> {
    await this.#worker?.kill();
    this.#worker = undefined;
  }
}
