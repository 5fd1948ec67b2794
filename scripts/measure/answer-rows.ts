/** The rows of `measure:answer`: what is run, and what its figures are held to. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { at } from '../../common/at.js';
import type { RunResults } from '../../common/run/results.js';
import type { RunEvent } from '../../common/run/run-folder.js';
import { isToldApart } from '../../common/statistics/ranking.js';
import { minStudentValues } from '../../common/statistics/student.js';
import { ownActivities } from '../../runners/schedule/stopwatch.js';

/** A line of progress. */
export interface Said {
  readonly line: string;
  /** Since the start of the command. */
  readonly afterSeconds: number;
}

/** What one repetition showed. */
export interface RunSeen {
  /** Wall time of the command. */
  readonly seconds: number;
  /** From the start of the command until the run's own clock began; 0 where it is no run. */
  readonly beforeMs: number;
  /** Its run folder, where it is a run. */
  readonly out: string;
  readonly stdout: string;
  readonly said: readonly Said[];
  readonly events: readonly RunEvent[];
  /** What the row's `before` showed. */
  readonly before?: RunSeen;
}

export interface Figure {
  readonly what: string;
  /** As it is shown: `≤ 180 s`. */
  readonly bar: string;
  read(seen: RunSeen): number;
  text(value: number): string;
  isMet(value: number): boolean;
}

export interface TimedCommand {
  readonly command: readonly string[];
  /** Whether it makes a run folder. */
  readonly isRun: boolean;
  /** What is started, below the build; the command line by default. */
  readonly program?: string;
  /** What starts it. */
  readonly prefix?: readonly string[];
  /** Exit statuses of a run; 0 by default. */
  readonly exits?: readonly number[];
}

export interface AnswerRow extends TimedCommand {
  readonly name: string;
  /** What it is compared with, right before it. */
  readonly before?: TimedCommand;
  readonly figures: readonly Figure[];
}

function secondsOf(what: string, max: number, read: Figure['read'] = ({ seconds }) => seconds): Figure {
  return {
    what,
    bar: `≤ ${max} s`,
    read,
    text: (value) => `${value.toPrecision(3)} s`,
    isMet: (value) => value <= max,
  };
}

function shareOf(what: string, bar: { min: number } | { max: number }, read: Figure['read']): Figure {
  const percent = (value: number) => `${(100 * value).toFixed(0)} %`;
  const isMin = 'min' in bar;
  return {
    what,
    bar: isMin ? `≥ ${percent(bar.min)}` : `≤ ${percent(bar.max)}`,
    read,
    text: percent,
    isMet: (value) => (isMin ? value >= bar.min : value <= bar.max),
  };
}

/** Two targets in both modes, against this very commit. */
const gate: TimedCommand = {
  command: [
    ...['gate', '--against', 'HEAD', '--targets', 'onnxruntime/cpu,pytorch/cpu', '--time', '90s'],
    ...['--workload', 'lenet5,row-lstm', '--batch', '1'],
  ],
  isRun: true,
  exits: [0, 3],
};

const manyCells = z.object({ planMs: z.number(), resumeMs: z.number(), rssBytes: z.number() });

export const answerRows: readonly AnswerRow[] = [
  {
    name: 'default',
    command: ['run'],
    isRun: true,
    figures: [
      secondsOf('default run, all targets, verdicts kept', 180),
      shareOf('cells with an interval, of those that are ok', { min: 1 }, withInterval),
      shareOf('pairs with the fastest, of a ratio of 1.25 or more, told apart', { min: 0.95 }, toldApart),
      shareOf('measuring or inside a framework, of the busy processor time', { min: 0.9 }, inFrameworks),
      shareOf('wall time ÷ sum of the same work one after the other', { max: 0.7 }, wallOverSum),
      shareOf(
        'time left, as said after the first minute, 20 s or more: largest error',
        { max: 0.2 },
        errorOfTimeLeft,
      ),
    ],
  },
  {
    name: 'verify',
    command: ['run', '--verify'],
    isRun: true,
    figures: [
      secondsOf('default run, nothing verified before', 270),
      secondsOf('verification of the default plan', 90, verification),
    ],
  },
  {
    name: 'small',
    command: [
      ...['run', '--targets', 'onnxruntime/cpu,pytorch/cpu', '--workload', 'lenet5', '--mode', 'inference'],
    ],
    isRun: true,
    figures: [secondsOf('two targets on LeNet-5: first ratio with an interval', 20, firstInterval)],
  },
  {
    name: 'gate',
    ...gate,
    before: { ...gate, command: [...gate.command, '--verify'], prefix: ['taskset', '--cpu-list', '0'] },
    figures: [
      shareOf(
        'gate, wall time for a round ÷ that with one lane and no verdict kept',
        { max: 0.6 },
        (seen) => secondsARound(seen) / (seen.before ? secondsARound(seen.before) : Number.NaN),
      ),
    ],
  },
  { name: 'help', command: ['--help'], isRun: false, figures: [secondsOf('--help', 1)] },
  { name: 'list', command: ['list'], isRun: false, figures: [secondsOf('list', 2)] },
  { name: 'dry-run', command: ['run', '--dry-run'], isRun: false, figures: [secondsOf('--dry-run', 2)] },
  { name: 'doctor', command: ['doctor'], isRun: false, figures: [secondsOf('doctor', 8)] },
  {
    name: 'installed',
    command: ['doctor', '--installed-only'],
    isRun: false,
    figures: [secondsOf('doctor --installed-only', 1)],
  },
  {
    name: 'many',
    command: ['10000'],
    isRun: false,
    program: 'scripts/measure/many-cells.js',
    figures: [
      secondsOf('plan of 10,000 cells', 2, (seen) => manyOf(seen).planMs / 1000),
      secondsOf('resume of 10,000 cells', 5, (seen) => manyOf(seen).resumeMs / 1000),
      {
        what: 'memory of both',
        bar: '≤ 1 GB',
        read: (seen) => manyOf(seen).rssBytes / 1e9,
        text: (value) => `${value.toFixed(2)} GB`,
        isMet: (value) => value <= 1,
      },
    ],
  },
];

/** What `many-cells.ts` printed. */
function manyOf({ stdout }: RunSeen) {
  return manyCells.parse(JSON.parse(stdout));
}

function resultsOf({ out }: RunSeen): RunResults {
  return JSON.parse(readFileSync(join(out, 'results.json'), 'utf8')) as RunResults;
}

function withInterval(seen: RunSeen): number {
  const ok = resultsOf(seen).cells.flatMap(({ metrics }) => (metrics ? [metrics.iterationNs] : []));
  return ok.filter(({ low }) => low !== null).length / ok.length;
}

/** Of the whole command, and all that it takes before the rounds. */
function secondsARound({ seconds, events }: RunSeen): number {
  return seconds / events.filter(({ type }) => type === 'round').length;
}

function toldApart(seen: RunSeen): number {
  const large = resultsOf(seen).groups.flatMap(({ comparisons }) =>
    comparisons.filter(({ ratio }) => ratio.value >= 1.25),
  );
  return large.filter(isToldApart).length / large.length;
}

export function wallOf({ events }: RunSeen): Extract<RunEvent, { type: 'wall' }> {
  return at(
    events.filter((event) => event.type === 'wall'),
    -1,
    'the wall times of a run',
  );
}

function sumOf(spentMs: Readonly<Record<string, number>>): number {
  return Object.values(spentMs).reduce((sum, ms) => sum + ms, 0);
}

function inFrameworks(seen: RunSeen): number {
  const { spentMs } = wallOf(seen);
  const own = ownActivities.map((activity) => spentMs[activity] ?? Number.NaN);
  return 1 - own.reduce((sum, ms) => sum + ms, 0) / sumOf(spentMs);
}

function wallOverSum(seen: RunSeen): number {
  const { spentMs, wallMs } = wallOf(seen);
  return (wallMs ?? Number.NaN) / sumOf(spentMs);
}

/** From the beginning to the last parity check. */
function verification({ events }: RunSeen): number {
  const last = events.findLast(({ type }) => type === 'parity');
  return (last?.atMs ?? Number.NaN) / 1000;
}

/** From the command to the end of the first round that has an interval. */
function firstInterval({ events, beforeMs }: RunSeen): number {
  const rounds = events.filter(({ type }) => type === 'round');
  return (beforeMs + at(rounds, minStudentValues - 1, 'the rounds of a run').atMs) / 1000;
}

/** Below this, what the report takes is a good part of it. */
const minLeftSeconds = 20;

function errorOfTimeLeft({ said, seconds }: RunSeen): number {
  const errors = said.flatMap(({ line, afterSeconds }) => {
    const [, text] = /(?:about|at most) (\d+) s left/.exec(line) ?? [];
    const left = seconds - afterSeconds;
    if (text === undefined || afterSeconds < 60 || left < minLeftSeconds) return [];
    return [Math.abs(Number(text) / left - 1)];
  });
  return Math.max(...errors);
}
