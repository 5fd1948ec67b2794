/**
 * What is known of a run so far, folded from its events: the same for a run that goes on and for one that resumes.
 */
import { explain } from '../../common/errors.js';
import { processKey } from '../../common/run/cell.js';
import type { NewRunEvent, PlannedCell, RunEvent, RunManifest } from '../../common/run/run-folder.js';
import type { RunLog } from './run-log.js';

type EventOf<T extends RunEvent['type']> = Extract<RunEvent, { type: T }>;

/** What each type of event adds to the state. */
type Folds = { readonly [Type in RunEvent['type']]?: (event: EventOf<Type>) => unknown };

export interface RunState {
  readonly manifest: RunManifest;
  /** Writes an event and folds it in. */
  record(event: NewRunEvent): void;
  /** The result of the cell's parity check. */
  parityOf(cell: string): EventOf<'parity'> | undefined;
  /** How often a process that had loaded nothing before loaded the cell. */
  freshOf(cell: string): number;
  schedule(): EventOf<'schedule'> | undefined;
  /** Start-up times of the processes of a target and thread count so far, by `processKey`. */
  startsMs(key: string): number[];
  hasTurn(cell: string, round: number, block: number): boolean;
  turnsIn(cell: string, round: number): number;
  /** Whether the throughput of the cell's device was measured in the round. */
  hasThroughput(cell: string, round: number): boolean;
  roundFinished(round: number): boolean;
  /** Whether it is written down what the stopping rule left open before this round. */
  hasLooked(round: number): boolean;
  /** What the first process of the target said of its versions; undefined before it. */
  versionsOf(target: string): Readonly<Record<string, string>> | undefined;
  /** In which its processes say that they multiply; undefined before the first, or where it does not tell. */
  arithmeticOf(target: string): string | undefined;
  /** Everything so far, in order. */
  events(): readonly RunEvent[];
  hasOverhead(host: string): boolean;
  hasFailed(cell: string): boolean;
  /** A cell that can still be measured: planned, not failed, and through its parity check. */
  isTimed(cell: PlannedCell): boolean;
  nextProcess(): number;
  /** The cell has no result from now on. @param process in which it failed */
  fail(cell: string, state: EventOf<'failed'>['state'], reason: unknown, process?: number): void;
}

export function foldRun(manifest: RunManifest, log: RunLog, earlier: readonly RunEvent[]): RunState {
  const checked = new Map<string, EventOf<'parity'>>();
  const fresh = new Map<string, number>();
  const failed = new Set<string>();
  const turns = new Map<string, Set<number>>();
  const starts = new Map<string, number[]>();
  const versions = new Map<string, Readonly<Record<string, string>>>();
  const arithmetics = new Map<string, string>();
  const rounds = new Set<number>();
  const looks = new Set<number>();
  const throughputs = new Set<string>();
  const overheads = new Set<string>();
  let schedule: EventOf<'schedule'> | undefined;
  let processes = 0;
  const events: RunEvent[] = [...earlier];

  const folds: Folds = {
    parity: (event) => checked.set(event.cell, event),
    fresh: ({ cell }) => fresh.set(cell, (fresh.get(cell) ?? 0) + 1),
    failed: ({ cell }) => failed.add(cell),
    schedule: (event) => {
      schedule = event;
    },
    round: ({ round }) => rounds.add(round),
    look: ({ round }) => looks.add(round),
    overhead: ({ host }) => overheads.add(host),
    throughput: ({ cell, round }) => throughputs.add(`${cell}@${round}`),
    turn: ({ cell, round, block }) => addTo(turns, `${cell}@${round}`, block),
    process: (event) => {
      processes = Math.max(processes, event.process + 1);
      append(starts, processKey(event), event.spawnMs + event.importMs);
      if (!versions.has(event.target)) versions.set(event.target, event.versions);
      const { arithmetic } = event.configuration;
      if (typeof arithmetic === 'string') arithmetics.set(event.target, arithmetic);
    },
  };
  const fold = (event: RunEvent): void =>
    (folds[event.type] as ((of: RunEvent) => void) | undefined)?.(event);
  for (const event of earlier) fold(event);

  const record = (event: NewRunEvent): void => {
    const written = log.write(event);
    events.push(written);
    fold(written);
  };
  return {
    manifest,
    record,
    parityOf: (cell) => checked.get(cell),
    freshOf: (cell) => fresh.get(cell) ?? 0,
    schedule: () => schedule,
    startsMs: (key) => starts.get(key) ?? [],
    hasTurn: (cell, round, block) => turns.get(`${cell}@${round}`)?.has(block) ?? false,
    turnsIn: (cell, round) => turns.get(`${cell}@${round}`)?.size ?? 0,
    hasThroughput: (cell, round) => throughputs.has(`${cell}@${round}`),
    roundFinished: (round) => rounds.has(round),
    hasLooked: (round) => looks.has(round),
    versionsOf: (target) => versions.get(target),
    arithmeticOf: (target) => arithmetics.get(target),
    events: () => events,
    hasOverhead: (host) => overheads.has(host),
    hasFailed: (cell) => failed.has(cell),
    isTimed: ({ id, decided }) => decided === null && !failed.has(id) && checked.get(id)?.passed === true,
    nextProcess: () => processes++,
    fail: (cell, state, reason, process) =>
      record({ type: 'failed', cell, state, reason: explain(reason), process }),
  };
}

function append(map: Map<string, number[]>, key: string, value: number): void {
  map.set(key, [...(map.get(key) ?? []), value]);
}

function addTo(map: Map<string, Set<number>>, key: string, value: number): void {
  const set = map.get(key) ?? new Set<number>();
  set.add(value);
  map.set(key, set);
}
