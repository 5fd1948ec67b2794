/**
 * The run folder, from which results are derived at any moment, finished or not:
 *
 * `manifest.json`   what was asked for and planned; written once, before anything is spawned
 * `events.ndjson`   append-only, one line an event, written when it happens; a torn last line is ignored
 * `logs/`           stdout and stderr of the workers
 * `tensors/`        what workers computed for the parity check and the audits (removed when they agree)
 * `results.json`, `report.html`   derived from the first two
 *
 * Runners write it and reports read it: the contract between the two.
 */
import { z } from 'zod';
import { cellIdentity } from './cell.js';
import { device, deviceChoice } from './device.js';
import { conditions, machine, parityCheck, threadsOption, turnWitness } from './results.js';
import { runVersion } from './version.js';

const count = z.number().int().nonnegative();
const ns = z.number().nonnegative();
const settings = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));

export const plannedCell = z.object({
  ...cellIdentity.shape,
  /** Decided while planning: such a cell is never spawned. */
  decided: z
    .object({ state: z.enum(['unsupported', 'unavailable', 'failed']), reason: z.string() })
    .nullable(),
});
export type PlannedCell = z.infer<typeof plannedCell>;

export const plannedTarget = z.object({
  target: z.string(),
  framework: z.string(),
  host: z.string(),
  /** The browser of a page. */
  place: z.string().optional(),
  device: deviceChoice,
  summary: z.string(),
  /** Its makers no longer develop the framework. */
  isDiscontinued: z.literal(true).optional(),
});

export const gatePlan = z.object({
  /** As it was asked for: a git ref, a version, a target. */
  against: z.string(),
  baselineName: z.string(),
  candidateName: z.string(),
  /** The names of planned targets by their role; `control` is a second copy of the baseline. */
  subjects: z.array(z.object({ candidate: z.string(), baseline: z.string(), control: z.string() })),
});
export type GatePlan = z.infer<typeof gatePlan>;
/** One target that is gated, in its three roles. */
export type GateSubject = GatePlan['subjects'][number];

export const runManifest = z.object({
  version: z.literal(runVersion),
  id: z.string(),
  touchstone: z.object({ version: z.string(), commit: z.string().nullable() }),
  startedAt: z.string(),
  command: z.string(),
  options: z.object({
    suite: z.string().nullable(),
    seed: count,
    threads: threadsOption,
    /** Asked for with `--rounds`; null leaves the number to the budget. */
    rounds: z.number().int().positive().nullable(),
    /** Wall time for the rounds, process start-up included; the parity checks come before it. */
    budgetMs: z.number().positive(),
    deadlineMs: z.number().positive(),
    /** Whether every cell is checked, also where an earlier run has kept its verdict. */
    verify: z.literal(true).optional(),
    /** Rounds go to what is not decided and not known this well, as a share; absent where their number was given. */
    precision: z.number().positive().optional(),
  }),
  machine,
  workloads: z.array(z.object({ name: z.string(), title: z.string(), source: z.string() })),
  targets: z.array(plannedTarget),
  cells: z.array(plannedCell),
  /** Paths of adapters outside the tree: a run that goes on has to be given them again. */
  adapters: z.array(z.string()).optional(),
  /** SHA-256 of their files by path; absent from runs of older versions. */
  adapterDigests: z.record(z.string(), z.string()).optional(),
  /** Artefact folder of each workload, mode and batch, by `artefactKey`; those of `suites/probe.ts` by `probeKey`. */
  artefacts: z.record(z.string(), z.string()),
  /** Lower bounds of what each of them needs, by the same keys; absent from runs of older versions. */
  costs: z
    .record(
      z.string(),
      z.object({ multiplyAdds: z.number(), bytes: z.number(), recurrent: z.boolean().optional() }),
    )
    .optional(),
  /** What a live gate compares: for every candidate target the one it is held against, and that one's second copy. */
  gate: gatePlan.optional(),
});
export type RunManifest = z.infer<typeof runManifest>;

/** The result of a cell's parity check, with what the plan of the rounds needs to know. */
export const parityVerdict = z.object({
  checks: z.array(parityCheck),
  passed: z.boolean(),
  configuration: settings,
  loadNs: ns,
  firstNs: ns,
  /** Fastest later iteration: from it the plan divides the budget. */
  iterationNs: ns,
  /** What the start of its process took; absent from runs of earlier versions. */
  startMs: z.number().nonnegative().optional(),
  /** Of a process that has checked smaller cells before; null where the host does not report it. */
  peakRssBytes: count.nullable(),
});
export type ParityVerdict = z.infer<typeof parityVerdict>;

/** `atMs` counts from the start of the run (a resumed run goes on counting where the earlier one stopped). */
const at = { atMs: z.number().nonnegative() };

export const runEvent = z.discriminatedUnion('type', [
  /** A session of the coordinator began: the first, or one that resumes. */
  z.object({ ...at, type: z.literal('began'), conditions }),
  /** A worker process answered `hello` and `describe`. `process` counts up over the whole run. `round` null: the parity check. */
  z.object({
    ...at,
    type: z.literal('process'),
    process: count,
    target: z.string(),
    /** Only in runs with several thread counts. */
    threads: z.number().int().positive().optional(),
    round: count.nullable(),
    runtime: z.string(),
    versions: z.record(z.string(), z.string()),
    configuration: settings,
    /** The effective device. */
    device,
    spawnMs: z.number().nonnegative(),
    importMs: z.number().nonnegative(),
  }),
  z.object({
    ...at,
    type: z.literal('parity'),
    cell: z.string(),
    /** In which it was made; absent where the verdict of an earlier run was used again, and in runs of an earlier build. */
    process: count.optional(),
    /** When it was made, where the verdict of an earlier run was used again. */
    checkedAt: z.iso.datetime().optional(),
    ...parityVerdict.shape,
  }),
  /** Two wrong cells of independent frameworks that agree with each other: their reference is in doubt. */
  z.object({
    ...at,
    type: z.literal('agreement'),
    cells: z.array(z.string()).length(2),
    /** The largest of an output, as the parity check measures it. */
    error: z.number().nonnegative(),
  }),
  /** What only a process that has loaded nothing before can tell: every round begins with another group of cells. */
  z.object({
    ...at,
    type: z.literal('fresh'),
    cell: z.string(),
    /** Null in runs of earlier versions, which took these figures once, in the parity check. */
    round: count.nullable(),
    loadNs: ns,
    firstNs: ns,
    /** Null where the host does not report it. */
    peakRssBytes: count.nullable(),
    /** Memory of the device; null where the framework does not report it. */
    deviceBytes: count.nullable(),
  }),
  /** How the budget was divided, once the parity checks have shown how long an iteration takes. */
  z.object({
    ...at,
    type: z.literal('schedule'),
    rounds: count,
    /** A stopping rule ends the rounds: `rounds` is their maximum. */
    stoppingRule: z.literal(true).optional(),
    /** By cell id. */
    shares: z.record(
      z.string(),
      z.object({ turns: count, turnNs: ns, warmNs: ns, note: z.string().nullable() }),
    ),
    /** Ids of cells that memory does not hold all at once: each is loaded alone, there and back. Absent where there are none. */
    apart: z.array(z.string()).optional(),
    /** Ids of cells whose rounds after the first come after the least number of all others. Absent where there are none. */
    postponed: z.array(z.string()).optional(),
  }),
  z.object({
    ...at,
    type: z.literal('turn'),
    cell: z.string(),
    round: count,
    block: count,
    process: count,
    startMs: z.number().nonnegative(),
    samplesNs: z.array(ns),
    /** Iterations that each sample is the mean of; absent where each iteration is a sample. */
    batch: z.number().int().positive().default(1),
    /** Null where the host does not report it. */
    cpuNs: ns.nullable(),
    /** What happened around it that was not its own doing; absent in runs of an earlier build. */
    witness: turnWitness.optional(),
  }),
  /** A turn of a device that work is queued for: means of so many submissions and one wait, in collection order. */
  z.object({
    ...at,
    type: z.literal('throughput'),
    cell: z.string(),
    round: count,
    process: count,
    submissions: z.number().int().min(2),
    samplesNs: z.array(ns),
    /** Iterations that each sample is the mean of: a multiple of the submissions. */
    batch: z.number().int().min(2),
  }),
  /** Outputs or losses of timed iterations, checked after the clock stopped. */
  z.object({ ...at, type: z.literal('audit'), cell: z.string(), round: count, check: parityCheck }),
  /** A cell that has no result from now on. */
  z.object({
    ...at,
    type: z.literal('failed'),
    cell: z.string(),
    /** In which it failed; absent where that was in none, and in runs of an earlier build. */
    process: count.optional(),
    state: z.enum(['wrong', 'unsupported', 'unavailable', 'failed']),
    reason: z.string(),
  }),
  z.object({ ...at, type: z.literal('round'), round: count }),
  /** What a stopping rule left open before a round: why each cell is measured further, by cell id. Others are not. */
  z.object({ ...at, type: z.literal('look'), round: count, open: z.record(z.string(), z.string()) }),
  /** Highest resident set of a process at the end of a round, with all that it loaded in it. */
  z.object({
    ...at,
    type: z.literal('memory'),
    target: z.string(),
    /** Only in runs with several thread counts. */
    threads: z.number().int().positive().optional(),
    round: count,
    process: count,
    /** Null where the host does not report it. */
    peakRssBytes: count.nullable(),
    /** Memory of the device; null where the framework does not report it. */
    deviceBytes: count.nullable(),
  }),
  z.object({
    ...at,
    type: z.literal('overhead'),
    /** The host, or the browser of pages. */
    host: z.string(),
    samplesNs: z.array(ns),
    /** Iterations that each sample is the mean of; absent where each iteration is a sample. */
    batch: z.number().int().min(2).optional(),
  }),
  /** Time of this session by what it was spent on, that of work side by side added up, and how long it took. */
  z.object({
    ...at,
    type: z.literal('wall'),
    spentMs: z.record(z.string(), z.number()),
    /** Absent from runs of earlier versions, which did one thing after the other in their rounds. */
    wallMs: z.number().optional(),
  }),
  z.object({
    ...at,
    type: z.literal('ended'),
    ending: z.enum(['finished', 'interrupted', 'storage', 'error']),
    stealShare: z.number().nullable(),
  }),
]);
export type RunEvent = z.infer<typeof runEvent>;
/** An event before the log has stamped it. */
export type NewRunEvent = RunEvent extends infer E ? (E extends RunEvent ? Omit<E, 'atMs'> : never) : never;
