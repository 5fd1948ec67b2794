/** The quantities that a live gate compares, with their values by round, from a run's manifest and events alone. */

import { at, defined } from '../../common/at.js';
import { forTarget } from '../../common/run/cell.js';
import type { GateSubject, PlannedCell, RunEvent, RunManifest } from '../../common/run/run-folder.js';
import { samplesOf } from '../analyse/cells.js';
import { roundMediansNs } from '../analyse/estimates.js';
import { collectFacts, type RunFacts } from '../analyse/facts.js';
import { exclusionsOf } from '../analyse/left-out.js';
import { marginsFor } from './apply-settings.js';
import type { GateFinding } from './report.js';
import type { GateSettings } from './settings.js';

/** One quantity of a subject: the candidate's is compared with the baseline's, round by round. */
export interface Quantity
  extends Pick<GateFinding, 'cell' | 'target' | 'workload' | 'mode' | 'batch' | 'metric'> {
  readonly subject: GateSubject;
  readonly margin: number;
  /** Ids of the cells that have to be measured for it: candidate's, baseline's, control's. */
  readonly cells: readonly string[];
}

/** Logarithms of ratios to the baseline, by round. */
export interface Series {
  readonly candidate: ReadonlyMap<number, number>;
  readonly control: ReadonlyMap<number, number>;
}

/**
 * Every planned cell's speed, and every target's start-up and memory, as far as both sides could be measured; findings
 * on states report the rest.
 */
export function quantitiesOf(manifest: RunManifest, settings: GateSettings, facts: RunFacts): Quantity[] {
  const { subjects } = defined(manifest.gate, `the gate of ${manifest.id}`);
  return subjects.flatMap((subject) => {
    const timed = manifest.cells
      .filter((cell) => cell.target === subject.candidate)
      .map((cell) => ({ cell, cells: namesOf(subject).map((target) => forTarget(cell, target).id) }))
      .filter(({ cells }) => cells.every((id) => isTimed(manifest, facts, id)));
    const speeds = timed.map(({ cell, cells }) => quantity('speed', cell.id, subject, cell, cells));
    // Quantities of the whole process are measured along with the target's first cell.
    const [first] = timed;
    if (!first) return speeds;
    const whole = (['start-up', 'memory'] as const).map((metric) =>
      quantity(metric, subject.candidate, subject, null, first.cells),
    );
    return [...speeds, ...whole];
  });

  function quantity(
    metric: 'speed' | 'start-up' | 'memory',
    name: string,
    subject: GateSubject,
    cell: PlannedCell | null,
    cells: readonly string[],
  ): Quantity {
    const { workload = null, mode = null, batch = null } = cell ?? {};
    const margin = marginsFor(settings, name)[metric];
    return { metric, cell: name, target: subject.candidate, workload, mode, batch, subject, margin, cells };
  }
}

/** The targets in their roles, in the order candidate, baseline, control. */
function namesOf({ candidate, baseline, control }: GateSubject): string[] {
  return [candidate, baseline, control];
}

function isTimed(manifest: RunManifest, facts: RunFacts, id: string): boolean {
  const cell = manifest.cells.find((candidate) => candidate.id === id);
  const own = facts.cell(id);
  return cell?.decided === null && !own.failure && own.parity?.passed === true;
}

/** The series of every quantity, from the rounds that the events hold. */
export function seriesOf(manifest: RunManifest, events: readonly RunEvent[]): (quantity: Quantity) => Series {
  const facts = collectFacts(events);
  const exclusions = exclusionsOf(manifest.cells, facts);
  const speed = (id: string) =>
    roundMediansNs(facts.cell(id).turns.map((turn) => samplesOf(turn, exclusions)));
  return ({ metric, subject, cells }) => {
    // With the thread count of the cell along with which they are measured: others start and grow differently.
    const threads = manifest.cells.find(({ id }) => id === cells[0])?.threads;
    const whole = metric === 'start-up' ? startUps(facts, threads) : memories(facts, threads);
    const [candidate, baseline, control] = [0, 1, 2].map((role) =>
      metric === 'speed' ? speed(at(cells, role)) : wholeOf(whole, at(namesOf(subject), role)),
    ) as [ByRound, ByRound, ByRound];
    return { candidate: logRatios(candidate, baseline), control: logRatios(control, baseline) };
  };
}

/** Values by round. */
type ByRound = ReadonlyMap<number, number>;

/** Empty for a target of which no process came up. */
function wholeOf(whole: ReadonlyMap<string, ByRound>, target: string): ByRound {
  return whole.get(target) ?? new Map();
}

function logRatios(ours: ByRound, theirs: ByRound): Map<number, number> {
  const ratios = [...ours].flatMap(([round, value]) => {
    const other = theirs.get(round);
    return other === undefined || other <= 0 || value <= 0 ? [] : [[round, Math.log(value / other)] as const];
  });
  return new Map(ratios.sort(([a], [b]) => a - b));
}

/** Milliseconds from the request to start until the framework was imported, by target and round. */
function startUps(facts: RunFacts, threads: number | undefined): Map<string, Map<number, number>> {
  return byTarget(facts.processes, threads, ({ spawnMs, importMs }) => spawnMs + importMs);
}

function memories(facts: RunFacts, threads: number | undefined): Map<string, Map<number, number>> {
  return byTarget(facts.memories, threads, ({ peakRssBytes }) => peakRssBytes);
}

/** The first value of a round counts: a process that replaces a failed one is not another round. */
function byTarget<
  E extends { readonly target: string; readonly threads?: number | undefined; readonly round: number | null },
>(
  events: readonly E[],
  threads: number | undefined,
  read: (event: E) => number | null,
): Map<string, Map<number, number>> {
  const all = new Map<string, Map<number, number>>();
  for (const event of events) {
    if (event.round === null || event.threads !== threads) continue;
    const own = all.get(event.target) ?? new Map<number, number>();
    const value = read(event);
    if (value !== null && !own.has(event.round)) own.set(event.round, value);
    all.set(event.target, own);
  }
  return all;
}
