/**
 * `npm run measure:overhead`: the overhead of the harness. The time per iteration of the null target on each host and in a page of each
 * browser (at most 5 µs), and every second of a default run that verifies all cells anew, by what it was spent on.
 *
 * Options: `-- --time 3m` the budget of that run.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { required } from '../../common/at.js';
import type { RunEvent } from '../../common/run/run-folder.js';
import { quantile } from '../../common/statistics/quantiles.js';
import { ownActivities, workerActivities } from '../../runners/schedule/stopwatch.js';
import { type RunSeen, wallOf } from './answer-rows.js';
import { asGiven, publish } from './ledger.js';
import { markdownTable, share } from './table.js';
import { timed } from './timed-command.js';

const maxIterationUs = 5;
const minFrameworkShare = 0.9;

const { values } = parseArgs({ options: { time: { type: 'string' } } });
const folder = mkdtempSync(join(tmpdir(), 'touchstone-overhead-'));
const time = values.time === undefined ? [] : ['--time', values.time];
const seen = await timed({ command: ['run', '--verify', ...time], isRun: true }, join(folder, 'run'));
const wall = wallOf(seen);
// The clock of a page may not tell a single iteration: then batches are timed.
const pages = [
  '--targets',
  'convnetjs/js@browser,convnetjs/js@firefox',
  '--workload',
  'lenet5',
  '--batch',
  '1',
];
const short = ['--mode', 'inference', '--rounds', '1', '--time', '5s'];
const inPages = await timed({ command: ['run', ...pages, ...short], isRun: true }, join(folder, 'pages'));
publish(
  'overhead',
  [
    markdownTable(
      ['null target', 'samples', 'iterations in each', 'p50', 'p90', 'p99', 'bar'],
      nullRows([...seen.events, ...inPages.events]),
    ),
    markdownTable(['wall time of the command', 'seconds'], wallRows(seen)),
    markdownTable(['time of the run, both lanes added up', 'seconds', 'share'], busyRows(wall.spentMs)),
  ].join('\n\n'),
  asGiven('npm run measure:overhead'),
);
rmSync(folder, { recursive: true });

function nullRows(events: readonly RunEvent[]): string[][] {
  const microseconds = (ns: number) => `${(ns / 1000).toFixed(2)} µs`;
  return events.flatMap((event) => {
    if (event.type !== 'overhead') return [];
    const { host, samplesNs, batch = 1 } = event;
    const quantiles = [0.5, 0.9, 0.99].map((level) => microseconds(quantile(samplesNs, level)));
    const counts = [String(samplesNs.length), String(batch)];
    return [[`null target in ${host}`, ...counts, ...quantiles, `≤ ${maxIterationUs} µs`]];
  });
}

/** From the user's key press to the prompt. */
function wallRows({ seconds, beforeMs }: RunSeen): string[][] {
  const runMs = wall.wallMs ?? Number.NaN;
  const afterMs = 1000 * seconds - beforeMs - runMs;
  return [
    ['before the run: starting, the plan, models', secondsText(beforeMs)],
    ['the run', secondsText(runMs)],
    ['after the run: analysis, report, history', secondsText(afterMs)],
  ];
}

function busyRows(spentMs: Readonly<Record<string, number>>): string[][] {
  const spentOn = (activity: string) => required(new Map(Object.entries(spentMs)), activity, 'wall times');
  const sumOf = (activities: readonly string[]) =>
    activities.reduce((sum, activity) => sum + spentOn(activity), 0);
  const total = sumOf([...workerActivities, ...ownActivities]);
  const row = (name: string, ms: number) => [name, secondsText(ms), share(ms, total)];
  const rows = (owner: string, activities: readonly string[]) =>
    activities.map((activity) => row(`${owner}: ${activity}`, spentOn(activity)));
  return [
    ...rows('in workers', workerActivities),
    ...rows('the harness', ownActivities),
    row(`in workers, altogether (bar: ≥ ${100 * minFrameworkShare} %)`, sumOf(workerActivities)),
  ];
}

function secondsText(ms: number): string {
  return (ms / 1000).toFixed(1);
}
