/** What supports trust in the run and what does not, each in a line with a mark. */
import { type RunResults, threadCounts } from '../../../common/run/results.js';
import { ascending, median } from '../../../common/statistics/quantiles.js';
import { counted, listed } from '../../../common/text.js';
import { commonLevel, endingText, keptVerdictsText, precisionText } from '../../summary.js';
import { coresText, once, percent, threadsText } from '../../text.js';

export interface Finding {
  readonly good: boolean;
  readonly label: string;
  readonly text: string;
}

/** Above these a reader should be warned before believing small differences. */
const maxLoadPerCore = 0.7;
const maxSteal = 0.01;
const maxOverhead = 0.01;

/** @param run what the user calls it */
export function validity(results: RunResults, run = results.id): Finding[] {
  return [
    rounds(results, run),
    level(results),
    ...precision(results, run),
    parity(results),
    audits(results),
    results.machine.browser === undefined ? processors(results) : visitor(results),
    load(results),
    steal(results),
    foreignLoad(results),
    steadyStates(results),
    sensitivity(results),
    ...results.overhead.map((overhead) => overheadFinding(results, overhead)),
  ];
}

function rounds(results: RunResults, run: string): Finding {
  const { finishedRounds, plannedRounds, options } = results;
  const spent = spentText(results);
  const asked = options.rounds;
  const isShort = asked !== null && plannedRounds > 0 && plannedRounds < asked;
  const text = spent
    ? `${counted(finishedRounds, 'round')}, in which each cell was measured for as long as it was part of a comparison that was not decided: ${spent}.`
    : `${finishedRounds} of ${plannedRounds} planned rounds finished.${isShort ? ` ${asked} were asked for, and the time did not hold them.` : ''}`;
  const why = endingText(results, run);
  return {
    good: finishedRounds >= plannedRounds && plannedRounds > 0 && !isShort && !why,
    label: 'Rounds',
    text: why ? `${text} ${why}` : text,
  };
}

/** `3 rounds for 31 cells, 5 for 12`; undefined where all cells were to have the same number. */
function spentText({ cells }: RunResults): string | undefined {
  const counts = cells.flatMap(({ rounds: spent, state }) => (spent && state === 'ok' ? [spent.count] : []));
  if (counts.length === 0) return undefined;
  const distinct = [...new Set(counts)].sort(ascending);
  const parts = distinct.map((count, index) => {
    const cellsWithIt = counted(counts.filter((other) => other === count).length, 'cell');
    return `${index === 0 ? counted(count, 'round') : count} for ${cellsWithIt}`;
  });
  return listed(parts);
}

function precision(results: RunResults, run: string): Finding[] {
  const found = precisionText(results, run);
  return found ? [{ ...found, label: 'Precision' }] : [];
}

function level(results: RunResults): Finding {
  const common = commonLevel(results);
  if (common === undefined) return { good: false, label: 'Intervals', text: 'Nothing was timed.' };
  if (common === null) {
    const text =
      'Some cells have fewer than the 3 rounds that an interval needs; they are shown without one.';
    return { good: false, label: 'Intervals', text };
  }
  const percentage = `${Math.round(common * 100)} %`;
  return { good: true, label: 'Intervals', text: `${percentage} for every cell.` };
}

function parity(results: RunResults): Finding {
  const { cells } = results;
  const kept = keptVerdictsText(results);
  const checked = cells.filter((cell) => cell.parity.length > 0);
  const agreed = checked.filter((cell) => cell.parity.every(({ passed }) => passed));
  return {
    good: checked.length > 0 && agreed.length === checked.length,
    label: 'Parity',
    text: `${agreed.length} of ${checked.length} checked cells compute what the reference computes; the others have no number here.${kept ? ` ${kept}` : ''}`,
  };
}

function audits({ cells }: RunResults): Finding {
  const ok = cells.filter(({ state }) => state === 'ok');
  const unaudited = ok.filter(({ notes }) => notes.some((note) => note.startsWith('no timed iteration')));
  return {
    good: unaudited.length === 0,
    label: 'Audits',
    text:
      unaudited.length === 0
        ? 'Results of timed iterations, chosen at random, were checked in every cell.'
        : `${unaudited.length} of ${ok.length} cells were timed without an audit.`,
  };
}

function processors({ conditions, options }: RunResults): Finding {
  const { bound, paused, workerCpus, coordinatorCpus, cpuLimit } = conditions;
  const shared = workerCpus.some((cpu) => coordinatorCpus.includes(cpu));
  const counts = threadCounts(options);
  const several = counts.length > 1;
  const each = several ? ', each to as many as it has threads' : '';
  const parts = [
    `${threadsText(counts)} for every target`,
    bound ? `workers bound to processor ${workerCpus.join(', ')}${each}` : 'workers not bound to processors',
    `${shared ? 'shared with' : 'apart from'} the coordinator${several && shared ? ` at ${threadsText([Math.max(...counts)])}` : ''}`,
    paused ? 'workers out of turn stopped' : 'workers out of turn not stopped',
    ...limitTexts(cpuLimit),
  ];
  // Less than one processor: the kernel stops the worker in the middle of its turns.
  const stopped = cpuLimit === 'unknown' || (cpuLimit !== undefined && cpuLimit < 1);
  return { good: bound && paused && !shared && !stopped, label: 'Processors', text: `${parts.join('; ')}.` };
}

/** What a browser that somebody else has opened cannot be held to. */
function visitor({ options }: RunResults): Finding {
  const parts = [
    `${threadsText(threadCounts(options))} for every target`,
    'no processor binding',
    'no fresh process per round, but a fresh frame of one tab',
    'frames out of turn idle, not stopped',
    'memory and processor time not known',
  ];
  return { good: false, label: "Visitor's browser", text: `${parts.join('; ')}.` };
}

function limitTexts(limit: RunResults['conditions']['cpuLimit']): string[] {
  if (limit === undefined) return [];
  if (limit === 'unknown') return ['whether a control group limits processor time is not known'];
  const text = `a control group limits all of them to the time of ${counted(limit, 'processor')}`;
  return [limit < 1 ? `${text}, and stops them in between` : text];
}

function load({ conditions, machine }: RunResults): Finding {
  const { loadAverage } = conditions;
  if (loadAverage === null)
    return { good: false, label: 'Load', text: 'The system does not report its load.' };
  const good = loadAverage < maxLoadPerCore * machine.cores;
  const text = `Load average ${loadAverage.toFixed(2)} on ${coresText(machine.cores)} when measuring began.`;
  return { good, label: 'Load', text: good ? text : `${text} Other programs were busy.` };
}

function steal({ conditions: { stealShare } }: RunResults): Finding {
  if (stealShare === null) {
    return {
      good: false,
      label: 'Stolen time',
      text: 'The system does not report whether its host took time away.',
    };
  }
  return {
    good: stealShare < maxSteal,
    label: 'Stolen time',
    text: `The host of this machine took ${percent(stealShare)} of CPU time away while measuring.`,
  };
}

/** Above this share of marked turns, leaving them out cannot have sufficed. */
const maxForeignLoad = 0.1;

function foreignLoad({ interference }: RunResults): Finding {
  const { turns, witnessed, marked, leftOut, pressureShare } = interference;
  const label = 'Foreign load';
  if (witnessed === 0)
    return { good: false, label, text: 'No foreign load was recorded beside the turns of this run.' };
  const text = `${marked} of ${turns} turns ran beside foreign load, by a rule that does not look at the results; ${leftOut} are left out, for all targets of a block alike.`;
  // Not judged: threads of a framework that wait for each other contribute to it.
  const pressure =
    pressureShare === null
      ? ''
      : ` During the turns, some task of this machine waited for a processor for ${percent(Math.min(1, pressureShare))} of the time.`;
  return { good: marked < maxForeignLoad * turns, label, text: `${text}${pressure}` };
}

function steadyStates({ cells, interference }: RunResults): Finding {
  const ok = cells.filter(({ state }) => state === 'ok');
  const count = (label: keyof (typeof ok)[number]['steadyState']) =>
    ok.reduce((sum, cell) => sum + (cell.steadyState[label] ?? 0), 0);
  const unsteady = count('cyclic') + count('never steady');
  const classified = unsteady + count('steady') + count('warm-up') + count('slow-down');
  const label = 'Steady state';
  if (classified === 0)
    return { good: false, label, text: 'Too few iterations in every process to classify it.' };
  const parts = (['steady', 'warm-up', 'slow-down', 'cyclic', 'never steady'] as const)
    .filter((name) => count(name) > 0)
    .map((name) => `${count(name)} ${name}`);
  const text = `${classified} processes and cells with enough iterations: ${parts.join(', ')}. ${interference.warmUp} turns are left out as warm-up.`;
  return { good: unsteady <= 0.2 * classified, label, text };
}

/** The half-width of the intervals, as a difference: smaller ones could not have been detected. */
function sensitivity({ groups }: RunResults): Finding {
  const widths = groups.flatMap(({ comparisons }) =>
    comparisons.flatMap(({ ratio: { low, high } }) =>
      low === null || high === null ? [] : [Math.sqrt(high / low) - 1],
    ),
  );
  const label = 'Sensitivity';
  if (widths.length === 0) return { good: false, label, text: 'No comparison has an interval.' };
  const text = `In half of the comparisons a difference below ${percent(median(widths))} could not have been detected, in the widest one below ${percent(Math.max(...widths))}.`;
  return { good: median(widths) < 0.05, label, text };
}

function overheadFinding(
  results: RunResults,
  { host, iterationNs }: RunResults['overhead'][number],
): Finding {
  const targets = new Set(
    results.targets.filter((target) => (target.place ?? target.host) === host).map(({ target }) => target),
  );
  const times = results.cells.flatMap((cell) =>
    cell.metrics && targets.has(cell.target) ? [cell.metrics.iterationNs.value] : [],
  );
  const label = `Overhead, ${host}`;
  const text = `The harness itself takes ${once(iterationNs)} per iteration`;
  if (times.length === 0) return { good: true, label, text: `${text}.` };
  const share = iterationNs / Math.min(...times);
  return {
    good: share < maxOverhead,
    label,
    text: `${text}, ${percent(share)} of the fastest ${host} cell. It is not subtracted.`,
  };
}
