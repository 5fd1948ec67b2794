/**
 * `results.json`: the one file from which every report is drawn. Published as JSON Schema in `results.schema.json`
 * beside this file; `version` rises when a reader of the old form could misread the new one.
 *
 * Times are nanoseconds on the worker's monotonic clock unless a name says otherwise.
 */
import { z } from 'zod';
import { steadyLabels } from '../statistics/steady-state.js';
import { cellIdentity, groupIdentity } from './cell.js';
import { device } from './device.js';
import { resultsVersion } from './version.js';

/** Names the published schema, `results.schema.json` beside this file. */
export const schemaId = `urn:touchstone:results:${resultsVersion}`;

const count = z.number().int().nonnegative();
const value = z.union([z.string(), z.number(), z.boolean(), z.null()]);

/** Several where each cell was measured with each of them: then cells and groups say theirs. */
export const threadsOption = z.union([
  z.number().int().positive(),
  z.array(z.number().int().positive()).min(2),
]);

/** Thread counts of a run, in the order in which they were asked for. */
export function threadCounts(options: { readonly threads: z.infer<typeof threadsOption> }): number[] {
  return [options.threads].flat();
}

/** Every planned cell ends in exactly one of these; `unmeasured`: the run ended before it. */
export const cellState = z.enum(['ok', 'wrong', 'unsupported', 'unavailable', 'failed', 'unmeasured']);
export type CellState = z.infer<typeof cellState>;

/**
 * An estimate with its confidence interval. `level` is what the number of rounds allows: 0.95 from 3 on by Student's t, from 6 on
 * by the signed-rank method, which gives 0.99 from 8 on; null for none.
 */
export const estimate = z.object({
  value: z.number(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  level: z.number().nullable(),
  /** Rounds that it rests on. */
  rounds: count,
});
export type Estimate = z.infer<typeof estimate>;

/** The first node at which a target differs; `error` is null where it is not finite, or not what is wrong. */
export const divergence = z.object({
  node: z.string(),
  operator: z.string(),
  /** The value that the node makes. */
  value: z.string(),
  error: z.number().nonnegative().nullable(),
  /** What is wrong, when it is not the size of the error. */
  reason: z.string().optional(),
});
export type Divergence = z.infer<typeof divergence>;

/** One compared quantity of the parity check: the largest relative error ‖actual − reference‖ / ‖reference‖ among its tensors. */
export const parityCheck = z.object({
  what: z.enum(['output', 'loss', 'gradient', 'weight', 'audit']),
  /** Tensor with the largest error. */
  worst: z.string(),
  /** Null when it is not a finite number. */
  error: z.number().nullable(),
  tolerance: z.number(),
  passed: z.boolean(),
  /** Why it did not pass, when it is not the size of the error: a wrong shape, a missing tensor, a NaN, an element. */
  reason: z.string().optional(),
  /** For a wrong output: the first node whose value differs from ONNX Runtime's. */
  divergence: divergence.optional(),
});
export type ParityCheck = z.infer<typeof parityCheck>;

/** What was recorded around a turn, outside the clock; null where the system does not report it. */
export const turnWitness = z.object({
  /** A fixed piece of CPU work of the worker right before and right after the timed loop. */
  workNs: z.tuple([z.number().nonnegative(), z.number().nonnegative()]),
  /** How long the worker's main thread was ready and not running. */
  waitNs: z.number().nonnegative().nullable(),
  /** How often the worker was preempted. */
  switches: count.nullable(),
  /** Clock ticks that the hypervisor took from the worker's processors. */
  stolenTicks: count.nullable(),
  /** How long some task of the machine waited for a processor meanwhile; absent from runs of older versions. */
  pressureNs: z.number().nonnegative().nullable().optional(),
  /** Clock of the worker's processors. */
  mhz: z.number().nullable(),
});
export type TurnWitness = z.infer<typeof turnWitness>;

/** Why a turn is left out of estimates. Whole blocks are left out, for all targets of the group alike. */
export const leftOut = z.enum(['warm-up', 'foreign load']);

/** One turn's samples, in collection order. */
export const turnSamples = z.object({
  round: count,
  block: count,
  /** Number of the worker process in this run. */
  process: count,
  /** Milliseconds since the run began, when the turn started. */
  startMs: z.number().nonnegative(),
  samplesNs: z.array(z.number().nonnegative()),
  /** Iterations that each sample is the mean of, where the clock of a page cannot tell the time of one; absent where each is a sample. */
  batch: z.number().int().min(2).optional(),
  /** Null where the host does not report it. */
  cpuNs: z.number().nonnegative().nullable(),
  witness: turnWitness.nullable(),
  leftOut: leftOut.nullable(),
});
export type TurnSamples = z.infer<typeof turnSamples>;

export const cellResult = z.object({
  ...cellIdentity.shape,
  /** Name of the artefact that it ran, and its multiply-adds: all that runs of older versions know of their content. */
  artefact: z.object({ name: z.string(), multiplyAdds: z.number().optional() }).optional(),
  state: cellState,
  /** One line a user can act on; empty only where the state is `ok` and there is nothing to say. */
  reason: z.string(),
  /** Number of the process in which it failed or was wrong, which names its log; absent where it was in none, and of `ok` cells. */
  process: count.optional(),
  /** Things to know about an `ok` cell: fewer samples than planned, not warmed, … */
  notes: z.array(z.string()),
  parity: z.array(parityCheck),
  /** ISO 8601, UTC: when it was checked, where the verdict of an earlier run was used again. */
  checkedAt: z.string().optional(),
  /** Present for `ok` cells only: no number is shown for a cell that is not ok. */
  metrics: z
    .object({
      /** Median over rounds of the round's median time per iteration. */
      iterationNs: estimate,
      /** Over all samples that count, with 95 % intervals; only those that the number of samples supports. */
      percentilesNs: z.array(
        z.object({ share: z.number(), value: z.number(), low: z.number(), high: z.number() }),
      ),
      /** batch / iterationNs, per second. */
      itemsPerSecond: estimate,
      /**
       * Of a device that work is queued for: batch / time per iteration, where so many are submitted before each wait. Then
       * `iterationNs` is the latency, with every output read back inside the clock. Absent for all others.
       */
      throughput: z.object({ submissions: z.number().int().min(2), itemsPerSecond: estimate }).optional(),
      /** CPU time of the process per iteration. */
      cpuNsPerIteration: estimate.nullable(),
      samples: count,
      /** From the rounds in which this cell was the first that its process loaded; null where there was none. */
      loadNs: estimate.nullable(),
      /** The first inference or step there. */
      firstNs: estimate.nullable(),
      /** Highest resident set there, after the warm-up; null where the host does not report it. */
      peakRssBytes: estimate.nullable(),
      /** Memory of the device that this process took; null where the framework does not report it. */
      deviceBytes: estimate.nullable(),
    })
    .nullable(),
  /** How many rounds it took part in, and why not more or fewer; only where that was decided cell by cell. */
  rounds: z.object({ count, reason: z.string() }).optional(),
  /** How many of its processes are of which class, from their samples in order: `statistics/steady-state.ts`. */
  steadyState: z.partialRecord(z.enum(steadyLabels), count),
  samples: z.array(turnSamples),
});
export type CellResult = z.infer<typeof cellResult>;

/** Two `ok` targets of one group: time of `target` ÷ time of `baseline`. */
export const comparison = z.object({
  target: z.string(),
  baseline: z.string(),
  /** Above 1: `target` is slower. */
  ratio: estimate,
  /** Student's two-sided p-value of the log ratios, Holm-adjusted over all pairs of the group; that of pairs which imply this one, where it is smaller. Null where nothing speaks of it. */
  adjustedP: z.number().nullable(),
  /** About how many more rounds would tell the two apart; null where they are, or where it would take too many. */
  furtherRounds: count.nullable(),
  /** Each "not like for like because …" that holds between the two. */
  notLikeForLike: z.array(z.string()),
});
export type Comparison = z.infer<typeof comparison>;

const rank = z.number().int().positive();

/** All targets of one comparison. */
export const group = z.object({
  ...groupIdentity.shape,
  /** `ok` targets, fastest first, each with the best and the worst rank that it can have given which pairs are told apart. */
  ranking: z.array(z.object({ target: z.string(), ranks: z.tuple([rank, rank]) })),
  /** Every target against the fastest one; empty with fewer than two `ok` targets. */
  comparisons: z.array(comparison),
});
export type Group = z.infer<typeof group>;

export const targetResult = z.object({
  target: z.string(),
  framework: z.string(),
  /** Its makers no longer develop the framework. */
  isDiscontinued: z.literal(true).optional(),
  host: z.string(),
  /** The browser of a page. */
  place: z.string().optional(),
  /** The effective device, read from inside; null for a target that never started. */
  device: device.nullable(),
  runtime: z.string().nullable(),
  versions: z.record(z.string(), z.string()),
  /** Effective settings, read from inside the framework. */
  configuration: z.record(z.string(), value),
  /** Settings that depend on the thread count, by thread count; only in runs with several. */
  threadConfiguration: z.record(z.string(), z.record(z.string(), value)).optional(),
  /** Settings that differ by cell, by cell id. */
  cellConfiguration: z.record(z.string(), z.record(z.string(), value)),
  /** From the request to start until the process answered, once a round. */
  spawnMs: estimate.nullable(),
  /** Import and set-up of the framework, once a round. */
  importMs: estimate.nullable(),
});
export type TargetResult = z.infer<typeof targetResult>;

export const machine = z.object({
  platform: z.string(),
  cpu: z.string(),
  cores: count,
  /** Null where a visitor's browser does not tell it. */
  memoryBytes: count.nullable(),
  kernel: z.string(),
  node: z.string(),
  /** Instruction sets that matter here, such as `avx2`, `avx512f`. */
  instructionSets: z.array(z.string()),
  /** User agent of the visitor's browser that measured the run; everything else here is then what that browser tells. */
  browser: z.string().optional(),
});
export type Machine = z.infer<typeof machine>;

/** How busy the machine was while measuring; null where the system does not report it. */
export const conditions = z.object({
  loadAverage: z.number().nullable(),
  /** Share of CPU time taken by the hypervisor. */
  stealShare: z.number().nullable(),
  /** Processors for workers, and for the coordinator; equal sets mean that they share. */
  workerCpus: z.array(count),
  coordinatorCpus: z.array(count),
  /** Processors whose time control groups leave to the run; absent where there is no limit, and in runs of an earlier build. */
  cpuLimit: z.union([z.number().positive(), z.literal('unknown')]).optional(),
  bound: z.boolean(),
  /** Whether workers out of turn were stopped. */
  paused: z.boolean(),
});
export type Conditions = z.infer<typeof conditions>;

/** Where nothing is bound or stopped, and nothing could be read. */
export const unknownConditions: Conditions = {
  loadAverage: null,
  stealShare: null,
  workerCpus: [],
  coordinatorCpus: [],
  bound: false,
  paused: false,
};

export const runResults = z.object({
  $schema: z.string(),
  version: z.literal(resultsVersion),
  id: z.string(),
  touchstone: z.object({ version: z.string(), commit: z.string().nullable() }),
  /** ISO 8601, UTC. */
  startedAt: z.string(),
  /** `finished`, or why the run ended before its plan was done. */
  ending: z.enum(['finished', 'interrupted', 'storage', 'error']),
  /** The command that repeats it. */
  command: z.string(),
  options: z.object({
    suite: z.string().nullable(),
    seed: count,
    threads: threadsOption,
    /** Asked for with `--rounds`; null: the budget decided. */
    rounds: z.number().int().positive().nullable(),
    budgetMs: z.number().positive(),
    /** Rounds went to what was not decided and not known this well, as a share; absent where their number was given. */
    precision: z.number().positive().optional(),
    /** Finished rounds each time the clock ended a run whose comparisons were not all decided, ascending; absent where it did not. */
    clockEnds: z.array(count).optional(),
  }),
  machine,
  conditions,
  /** Rounds that were planned once the parity check had shown how long an iteration takes. */
  plannedRounds: count,
  finishedRounds: count,
  targets: z.array(targetResult),
  cells: z.array(cellResult),
  groups: z.array(group),
  /** Turns, those under foreign load by the rule of `statistics/interference.ts`, and those that estimates leave out. */
  interference: z.object({
    turns: count,
    witnessed: count,
    marked: count,
    leftOut: count,
    warmUp: count,
    /** Share of the turns' time in which some task of the machine waited for a processor; null where the system does not report it. */
    pressureShare: z.number().nonnegative().nullable(),
  }),
  /** What the harness itself costs per iteration: the null target of each host, and of each browser that pages were in. */
  overhead: z.array(z.object({ host: z.string(), iterationNs: z.number(), samples: count })),
  /** Wall time by what it was spent on. */
  wallMs: z.record(z.string(), z.number()),
});
export type RunResults = z.infer<typeof runResults>;
