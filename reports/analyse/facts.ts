/** The events of a run, grouped by what they are about. */
import { groupBy } from '../../common/group-by.js';
import type { RunEvent } from '../../common/run/run-folder.js';

export type EventOf<T extends RunEvent['type']> = Extract<RunEvent, { type: T }>;

export interface CellFacts {
  readonly parity: EventOf<'parity'> | undefined;
  readonly fresh: readonly EventOf<'fresh'>[];
  readonly turns: readonly EventOf<'turn'>[];
  readonly throughputs: readonly EventOf<'throughput'>[];
  readonly audits: readonly EventOf<'audit'>[];
  readonly failure: EventOf<'failed'> | undefined;
  /** With wrong cells of independent frameworks. */
  readonly agreements: readonly EventOf<'agreement'>[];
}

export interface RunFacts {
  readonly schedule: EventOf<'schedule'> | undefined;
  /** How the last session ended; a session without an end was killed. */
  readonly ending: EventOf<'ended'>['ending'];
  readonly processes: readonly EventOf<'process'>[];
  readonly overheads: readonly EventOf<'overhead'>[];
  readonly memories: readonly EventOf<'memory'>[];
  /** What the stopping rule left open, look by look. */
  readonly looks: readonly EventOf<'look'>[];
  readonly finishedRounds: number;
  /** Finished rounds each time the clock ended a run with a stopping rule that left comparisons open, ascending. */
  readonly clockEnds: readonly number[];
  /** Summed over sessions. */
  readonly wallMs: Readonly<Record<string, number>>;
  cell(id: string): CellFacts;
  /** Whether a program on the processors stands in for the target's device. */
  isSoftware(target: string): boolean;
  /** Whether the target multiplies in float16, whatever was planned: its device has nothing else. */
  isHalf(target: string): boolean;
}

export function collectFacts(events: readonly RunEvent[]): RunFacts {
  const of = <T extends RunEvent['type']>(type: T) =>
    events.filter((event): event is EventOf<T> => event.type === type);
  const ofCells = events.filter((event) => 'cell' in event);
  const byCell = groupBy(ofCells, ({ cell }) => cell);
  const agreements = of('agreement');
  const agreementsOf = (id: string) => agreements.filter(({ cells }) => cells.includes(id));
  const cells = new Map([...byCell].map(([id, own]) => [id, factsOf(own, agreementsOf(id))]));
  const nothing = factsOf([], []);
  const processes = of('process');
  const software = new Set(processes.filter(({ device }) => device.software).map(({ target }) => target));
  const half = new Set(
    processes
      .filter(({ configuration }) => configuration.arithmetic === 'float16')
      .map(({ target }) => target),
  );
  const ended = events.slice(events.findLastIndex((event) => event.type === 'began') + 1);
  const last = ended.findLast((event): event is EventOf<'ended'> => event.type === 'ended');
  return {
    schedule: of('schedule').at(-1),
    ending: last === undefined ? 'interrupted' : last.ending,
    processes,
    overheads: of('overhead'),
    memories: of('memory'),
    looks: of('look'),
    finishedRounds: new Set(of('round').map((event) => event.round)).size,
    clockEnds: clockEndsOf(events),
    wallMs: sumRecords(of('wall').map((event) => event.spentMs)),
    cell: (id) => cells.get(id) ?? nothing,
    isSoftware: (target) => software.has(target),
    isHalf: (target) => half.has(target),
  };
}

function clockEndsOf(events: readonly RunEvent[]): number[] {
  const finished = new Set<number>();
  const ends: number[] = [];
  let max = 0;
  let isOpen = true;
  for (const event of events) {
    if (event.type === 'round') finished.add(event.round);
    else if (event.type === 'schedule') max = event.stoppingRule ? event.rounds : 0;
    else if (event.type === 'look') isOpen = Object.keys(event.open).length > 0;
    else if (event.type === 'ended' && event.ending === 'finished' && isOpen && finished.size < max)
      ends.push(finished.size);
  }
  return ends;
}

function factsOf(events: readonly RunEvent[], agreements: CellFacts['agreements']): CellFacts {
  const turns = new Map<string, EventOf<'turn'>>();
  for (const event of events) {
    if (event.type !== 'turn') continue;
    // A turn counts once, however often it was written.
    const key = `${event.round}/${event.block}`;
    if (!turns.has(key)) turns.set(key, event);
  }
  return {
    parity: events.findLast((event): event is EventOf<'parity'> => event.type === 'parity'),
    fresh: events.filter((event): event is EventOf<'fresh'> => event.type === 'fresh'),
    turns: [...turns.values()],
    throughputs: events.filter((event): event is EventOf<'throughput'> => event.type === 'throughput'),
    audits: events.filter((event): event is EventOf<'audit'> => event.type === 'audit'),
    failure: events.findLast((event): event is EventOf<'failed'> => event.type === 'failed'),
    agreements,
  };
}

function sumRecords(records: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const total: Record<string, number> = {};
  for (const record of records) {
    for (const [key, value] of Object.entries(record)) total[key] = (total[key] ?? 0) + value;
  }
  return total;
}
