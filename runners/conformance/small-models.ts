/**
 * Conformance: a target on every small model, through its real worker and the parity gate of every run. It is refused
 * beforehand with a reason, or it agrees with the float64 reference. A target claims nothing that it does not pass.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Target } from '../../adapters/adapter.js';
import { explain } from '../../common/errors.js';
import type { Artefact } from '../../model/artefact/artefact.js';
import { readTensors } from '../../model/safetensors.js';
import type { Tolerance } from '../../model/workload.js';
import { type ConformanceCase, conformanceArtefact } from '../../suites/conformance/conformance-cases.js';
import { startDescribed } from '../hosts/described.js';
import { checkParity } from '../parity/parity.js';
import { loadReference } from '../parity/reference.js';
import { WorkerFailure } from '../protocol/failure.js';
import type { Worker } from '../protocol/worker.js';
import { supportOf } from '../schedule/plan.js';

export type Outcome =
  /** `error` is the largest relative error of any tensor. */
  | { readonly state: 'ok'; readonly error: number }
  | { readonly state: 'unsupported'; readonly reason: string }
  | { readonly state: 'wrong' | 'failed'; readonly reason: string };

export type Broken = Extract<Outcome, { state: 'wrong' | 'failed' }>;

export function isBroken(outcome: { readonly state: string }): outcome is Broken {
  return outcome.state === 'wrong' || outcome.state === 'failed';
}

export interface CaseResult {
  readonly one: ConformanceCase;
  readonly artefact: Artefact;
  readonly outcome: Outcome;
}

export interface ConformanceOptions {
  /** The program that the target's workers run in, where it is not the host's own. */
  readonly executable?: string | undefined;
  /** Told each result as it comes. */
  readonly onResult?: (result: CaseResult) => void;
}

const budget = { threads: 1, cpus: [] };
/** Of one answer: small models take seconds. */
const usualDeadlineMs = 120_000;

/** All cases. */
export async function runConformance(
  target: Target,
  cases: readonly ConformanceCase[],
  { executable, onResult }: ConformanceOptions,
): Promise<CaseResult[]> {
  return onOneWorker(target, executable, cases, async (one, judge) => {
    const artefact = await conformanceArtefact(one);
    const result = { one, artefact, outcome: await judge(artefact) };
    onResult?.(result);
    return result;
  });
}

export interface JudgeOptions {
  /**
   * Whether a refusal by the worker itself is one: a framework that reads ONNX decides only then. Of all others what is supported
   * is known before, and such a refusal is a failure.
   */
  readonly mayRefuse?: boolean;
  /** In place of what the artefact declares. */
  readonly tolerance?: Tolerance;
}

export type Judge = (artefact: Artefact, options?: JudgeOptions) => Promise<Outcome>;

/**
 * One item after the other, in one worker; one that dies is started again for the next.
 *
 * @param deadlineMs of one answer
 */
export async function onOneWorker<Item, Result>(
  target: Target,
  executable: string | undefined,
  items: readonly Item[],
  work: (item: Item, judge: Judge) => Promise<Result>,
  deadlineMs = usualDeadlineMs,
): Promise<Result[]> {
  const scratch = await mkdtemp(join(tmpdir(), 'touchstone-conformance-'));
  const worker = new RestartingWorker(target, executable, scratch, deadlineMs);
  const results: Result[] = [];
  try {
    for (const item of items) {
      results.push(
        await work(item, (artefact, options) => outcomeOf(target, artefact, worker, scratch, options)),
      );
    }
  } finally {
    await worker.end();
    await rm(scratch, { recursive: true, force: true });
  }
  return results;
}

/** What becomes of one artefact on a target. */
async function outcomeOf(
  target: Target,
  { graph, manifest, folder }: Artefact,
  worker: RestartingWorker,
  scratch: string,
  { mayRefuse = false, tolerance }: JudgeOptions = {},
): Promise<Outcome> {
  const { mode, precision, training, generation } = manifest;
  const wanted = { mode, precision, graph, ...(training ? { training } : {}) };
  const can = supportOf({ ...wanted, ...(generation ? { generation } : {}) }, target);
  if (!can.supported) return { state: 'unsupported', reason: can.reason };
  const file = join(scratch, 'verified.safetensors');
  try {
    const running = await worker.running();
    await running.request({ type: 'load', folder, mode });
    await running.request({ type: 'verify', file });
    await running.request({ type: 'unload' });
  } catch (error) {
    // After a refusal of its own a worker holds a model that nobody knows; a fresh one is sure.
    await worker.end();
    if (!(error instanceof WorkerFailure)) throw error;
    const isRefusal = error.detail.kind === 'refused' && error.detail.refusal === 'unsupported';
    return { state: isRefusal && mayRefuse ? 'unsupported' : 'failed', reason: explain(error) };
  }
  const { weights: initial, ...reference } = await loadReference(folder);
  const checks = checkParity({
    ...reference,
    tolerance: tolerance ?? reference.tolerance,
    initial,
    actual: await readTensors(file),
  });
  const broken = checks.find((check) => !check.passed);
  if (!broken) return { state: 'ok', error: Math.max(...checks.map(({ error }) => error ?? 0)) };
  const size = broken.error === null ? broken.reason : `by ${broken.error.toExponential(1)}`;
  return { state: 'wrong', reason: `${broken.what} ${broken.worst}: ${size}` };
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

  async running(): Promise<Worker> {
    if (this.#worker) return this.#worker;
    const { worker } = await startDescribed({
      target: this.#target,
      budget,
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
