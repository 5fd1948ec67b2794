/** What the store keeps of a run and of each of its cells, as it comes out of the database. */
import { z } from 'zod';
import { cellContent } from '../../common/run/content.js';
import { device } from '../../common/run/device.js';
import { cellState, conditions, runResults } from '../../common/run/results.js';
import { retraction } from '../../common/run/retraction.js';
import { mode, precision } from '../../common/vocabulary.js';
import { stableMachine } from './machine.js';

/** A column that holds JSON. */
function json<T extends z.ZodType>(inner: T) {
  return z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(inner);
}

export const storedRun = z.object({
  id: z.string(),
  startedAt: z.string(),
  version: z.string(),
  commit: z.string().nullable(),
  /** ISO 8601; null where the commit is not known here. */
  commitTime: z.string().nullable(),
  suite: z.string().nullable(),
  /** The largest where the run has several; its cells then have their own. */
  threads: z.number(),
  machineKey: z.string(),
  machine: json(stableMachine),
  conditions: json(conditions),
  ending: runResults.shape.ending,
  plannedRounds: z.number(),
  finishedRounds: z.number(),
  /** Null where the run counts. */
  retraction: json(retraction).nullable(),
});
export type StoredRun = z.infer<typeof storedRun>;

export const storedCell = z.object({
  cell: z.string(),
  target: z.string(),
  workload: z.string(),
  mode,
  batch: z.number(),
  /** Null where the run was not asked for lengths. */
  length: z.number().nullable(),
  /** Null where the run has one thread count. */
  cellThreads: z.number().nullable(),
  precision,
  /** Null where the run did not record it. */
  content: json(cellContent).nullable(),
  /** The effective one; null where the target never started. */
  device: json(device).nullable(),
  state: cellState,
  reason: z.string(),
  /** Null, like all measured values, for a cell that is not ok. */
  iterationNs: z.number().nullable(),
  lowNs: z.number().nullable(),
  highNs: z.number().nullable(),
  level: z.number().nullable(),
  rounds: z.number(),
  peakRssBytes: z.number().nullable(),
  deviceBytes: z.number().nullable(),
  loadNs: z.number().nullable(),
  /** The target's, from the request to start a process until its framework is imported. */
  startUpMs: z.number().nullable(),
  /** The largest error of all checks. */
  parityError: z.number().nullable(),
  versions: json(z.record(z.string(), z.string())),
  /** The value of each process, so that statistics over runs need no run folders. */
  roundMediansNs: json(z.array(z.number())),
});
export type StoredCell = z.infer<typeof storedCell>;

/** A cell in one run. */
export interface RunPoint {
  readonly run: StoredRun;
  readonly cell: StoredCell;
}

/** A run with all of its cells. */
export interface RunRecord {
  readonly run: StoredRun;
  readonly cells: readonly StoredCell[];
}
