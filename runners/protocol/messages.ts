/**
 * The one protocol between the coordinator and its workers, whatever their language.
 *
 * Newline-delimited JSON on a pipe of its own: the worker reads requests on file descriptor 3 and writes replies on
 * file descriptor 4. stdout and stderr belong to the framework and are kept as a log. Tensors travel by file. One
 * request is under way at a time; every request has a deadline; replies carry the request's number. A worker leaves
 * when it reads the end of its pipe.
 *
 * hello → describe → (load → warm → verify → warm → turn* → audit → unload)* → memory → bye
 * Where it is learnt to an accuracy, between load and unload instead: (epoch → classify)*
 */
import { z } from 'zod';
import { device, deviceChoice } from '../../common/run/device.js';
import { mode } from '../../model/workload.js';

export const protocolVersion = 2;

const count = z.number().int().nonnegative();
/** Durations on the worker's own monotonic clock, in nanoseconds. */
const nanoseconds = z.number().nonnegative();

export const budgetMessage = z.object({
  threads: z.number().int().positive(),
  cpus: z.array(count),
  device: deviceChoice,
});

export const requestBody = z.discriminatedUnion('type', [
  /** First of all: nothing of the framework has been imported yet. */
  z.object({
    type: z.literal('hello'),
    protocol: z.number().int(),
    target: z.string(),
    budget: budgetMessage,
  }),
  /** Imports the framework and says what it is. */
  z.object({ type: z.literal('describe') }),
  /** Makes the artefact in `folder` the present model; any earlier one must have been unloaded. */
  z.object({
    type: z.literal('load'),
    folder: z.string(),
    mode,
    /** Path of the target's plan, which the session adds. */
    plan: z.string().optional(),
  }),
  /** Iterates until both minimums are reached or `maxNs` has passed; what it times is reported, not charged. */
  z.object({ type: z.literal('warm'), minIterations: count, minNs: nanoseconds, maxNs: nanoseconds }),
  /**
   * Writes what the model computes into `file` (safetensors), for the coordinator to compare with the reference.
   * Inference: `output/<buffer>/<name>` for every buffer. Training: from the first weights, `output/0/<name>`,
   * `gradient/<parameter>` where exposed, then `losses` and `weight/<parameter>` after the manifest's steps.
   */
  z.object({ type: z.literal('verify'), file: z.string() }),
  /**
   * Timed iterations on buffers `firstBuffer`, `firstBuffer + 1`, … in rotation, at least one, until `minNs` have
   * passed or `maxIterations` are done. Training starts each turn from the first weights on buffer 0, so that every turn is the
   * same work and its losses can be checked. The output of iteration `auditIteration`, or of the last one when the
   * turn is shorter, is kept for `audit`. With `submissions`, which models that queue are asked for alone, so many iterations are
   * handed to the device before each wait, samples are their means, and the last output of the turn is kept.
   */
  z.object({
    type: z.literal('turn'),
    minNs: nanoseconds,
    maxIterations: z.number().int().positive(),
    firstBuffer: count,
    auditIteration: count,
    submissions: z.number().int().min(2).optional(),
  }),
  /** Inference: writes the outputs kept by the turns since `load` into `file` as `<turn>/<name>`; training: nothing to write. */
  z.object({ type: z.literal('audit'), file: z.string() }),
  /**
   * Training alone: a step on each of these buffers, one after the other, from the weights that the last epoch left, or
   * from the first ones. One span of time is around all of them: an epoch is what is timed, its steps are `turn`'s.
   */
  z.object({
    type: z.literal('epoch'),
    order: z.array(count).min(1),
    fromFirstWeights: z.boolean(),
  }),
  /** Training alone, untimed: which class the present weights give each example of these buffers. */
  z.object({ type: z.literal('classify'), buffers: z.array(count).min(1) }),
  z.object({ type: z.literal('unload') }),
  z.object({ type: z.literal('memory') }),
  z.object({ type: z.literal('bye') }),
]);
export type RequestBody = z.infer<typeof requestBody>;
export type RequestType = RequestBody['type'];

export const request = z.object({ id: count, body: requestBody });
export type Request = z.infer<typeof request>;

const configurationValue = z.union([z.string(), z.number(), z.boolean(), z.null()]);
export const configuration = z.record(z.string(), configurationValue);

/** A loss that is not a finite number is sent as null: JSON has no NaN. */
const loss = z.number().nullable();

/** What a worker saw around a turn, outside the clock; what the system does not tell is null. */
export const turnWitness = z.object({
  /** A fixed piece of CPU work right before and right after the timed loop. */
  workNs: z.tuple([nanoseconds, nanoseconds]),
  /** How long the main thread was ready and not running. */
  waitNs: nanoseconds.nullable(),
  /** How often the process was taken off a processor. */
  switches: count.nullable(),
});
export type TurnWitness = z.infer<typeof turnWitness>;

/** What each request is answered with. */
export const results = {
  hello: z.object({
    protocol: z.number().int(),
    /** Null where the worker has no process to itself. */
    pid: z.number().int().positive().nullable(),
    /** `node 20.20.2`, `python 3.11.7` */
    runtime: z.string(),
    /** Processors that the process is really bound to, read from inside; null where the system does not tell. */
    cpus: z.array(count).nullable(),
  }),
  describe: z.object({
    importNs: nanoseconds,
    versions: z.record(z.string(), z.string()),
    configuration,
    /** The effective device. */
    device,
    /** Processors that the process is bound to after the import: some frameworks move themselves. */
    cpus: z.array(count).nullable(),
  }),
  load: z.object({
    loadNs: nanoseconds,
    configuration,
    /** Whether iterations can be handed to its device without waiting for each. */
    queues: z.literal(true).optional(),
  }),
  /** `samplesNs[0]` of the first `warm` after `load` is the first inference or step. */
  warm: z.object({ samplesNs: z.array(nanoseconds) }),
  verify: z.object({ buffers: count }),
  turn: z.object({
    /** In collection order. */
    samplesNs: z.array(nanoseconds).min(1),
    /** Iterations that each sample is the mean of: more than one where the worker's clock cannot tell the time of one, or with `submissions`. */
    batch: z.number().int().positive().default(1),
    /** CPU time of the whole process during the timed loop, user and system; null where the host does not report it. */
    cpuNs: nanoseconds.nullable(),
    /** Buffer whose output was kept for the audit. */
    auditBuffer: count,
    /** Training: the losses of the turn's first steps, at most as many as the reference has. */
    losses: z.array(loss),
    /** Training: whether every loss of the turn was finite; inference: true. */
    finite: z.boolean(),
    /** Absent from workers of an older build, beside which a newer one may be compared. */
    witness: turnWitness.optional(),
  }),
  audit: z.object({ outputs: count }),
  epoch: z.object({
    /** From before the first step to after the last. */
    spanNs: nanoseconds,
    /** Time of the first step, which is part of it: in the first epoch it includes what a framework compiles. */
    firstStepNs: nanoseconds,
    /** CPU time of the whole process during the span, user and system; null where the host does not report it. */
    cpuNs: nanoseconds.nullable(),
    /** Losses of the steps, each before its update. */
    meanLoss: loss,
    witness: turnWitness,
  }),
  /** For each buffer the class of the largest logit of each example, the first one of equals. */
  classify: z.object({ classes: z.array(z.array(count)) }),
  unload: z.object({}),
  /** Resident set of the worker, now and at its highest since it started; null where the host does not report it. */
  memory: z.object({
    rssBytes: count.nullable(),
    peakRssBytes: count.nullable(),
    /** Memory of the device at its highest; null where the framework does not report it, or has no device but the processors. */
    deviceBytes: count.nullable(),
  }),
  bye: z.object({}),
} satisfies Record<RequestType, z.ZodType>;
export type Results = { readonly [T in RequestType]: z.infer<(typeof results)[T]> };

/** An error that crosses the process boundary, with its causes. */
export interface ErrorRecord {
  kind: string;
  message: string;
  stack?: string | undefined;
  cause?: ErrorRecord | undefined;
}
export const errorRecord: z.ZodType<ErrorRecord> = z.lazy(() =>
  z.object({
    /**
     * `unavailable` (the framework cannot be imported), `unsupported` (it refuses the model), `out-of-memory`, or the
     * exception's own class name.
     */
    kind: z.string(),
    message: z.string(),
    stack: z.string().optional(),
    cause: errorRecord.optional(),
  }),
);

export const reply = z.union([
  z.object({ id: count, ok: z.literal(true), result: z.unknown() }),
  z.object({ id: count, ok: z.literal(false), error: errorRecord }),
]);
export type Reply = z.infer<typeof reply>;
