/**
 * `npm run measure:overhead`: the overhead of the harness. The time per iteration of the null target on each host (required: at most
 * 5 µs), and the wall time of a real run by activity (required: at least 90 % measuring or framework start-up).
 *
 * Options: `-- --run <folder>` uses an existing run; otherwise the smoke suite is run (`--time 150s`).
 */
import { parseArgs } from 'node:util';
import { required } from '../../common/at.js';
import { findRun } from '../../common/run/locate.js';
import { readRun } from '../../common/run/read-run.js';
import type { RunEvent } from '../../common/run/run-folder.js';
import { quantile } from '../../common/statistics/quantiles.js';
import { duration } from '../../common/values.js';
import { defaultBudgetMs, defaultDeadlineMs, type TimedOptions } from '../../runners/coordinator/options.js';
import { prepare } from '../../runners/coordinator/prepare.js';
import { activities } from '../../runners/schedule/stopwatch.js';
import { measureRun, say } from './new-run.js';
import { markdownTable } from './table.js';

const requirements = { iterationUs: 5, usefulShare: 0.9 };
/** The parity check precedes the rounds, once, independent of the budget. */
const beforeRounds: (typeof activities)[number] = 'parity check';
/** Activities that a measurement needs. */
const useful = new Set<string>(['start-up', 'load', 'warm-up', 'measuring']);

const { values } = parseArgs({
  options: { run: { type: 'string' }, time: { type: 'string', default: `${defaultBudgetMs}ms` } },
});
const folder = values.run ? findRun(values.run) : await newRun(duration(values.time));
const { events } = await readRun(folder);
const overheads = nullRows(events);
const wall = wallRows(events);
process.stdout.write(
  `${markdownTable(['null target', 'iterations', 'p50', 'p90', 'p99', 'required'], overheads)}\n\n`,
);
process.stdout.write(`${markdownTable(['wall time spent on', 'seconds', 'share'], wall)}\n`);

async function newRun(time: number): Promise<string> {
  const options: TimedOptions = { threads: [1], time, seed: 1, deadline: defaultDeadlineMs };
  return measureRun('overhead', options, await prepare(options, say));
}

function nullRows(all: readonly RunEvent[]): string[][] {
  const microseconds = (ns: number) => `${(ns / 1000).toFixed(2)} µs`;
  return all.flatMap((event) => {
    if (event.type !== 'overhead') return [];
    const timeAt = (share: number) => microseconds(quantile(event.samplesNs, share));
    return [
      [
        `null/${event.host}`,
        String(event.samplesNs.length),
        timeAt(0.5),
        timeAt(0.9),
        timeAt(0.99),
        `≤ ${requirements.iterationUs} µs`,
      ],
    ];
  });
}

function wallRows(all: readonly RunEvent[]): string[][] {
  const spent = new Map<string, number>(activities.map((activity) => [activity, 0]));
  for (const event of all) {
    if (event.type !== 'wall') continue;
    for (const [activity, ms] of Object.entries(event.spentMs))
      spent.set(activity, (spent.get(activity) ?? 0) + ms);
  }
  const total = [...spent.values()].reduce((sum, ms) => sum + ms, 0);
  const row = (name: string, ms: number) => [
    name,
    (ms / 1000).toFixed(1),
    `${((100 * ms) / total).toFixed(1)} %`,
  ];
  const usefulMs = [...spent].reduce((sum, [activity, ms]) => sum + (useful.has(activity) ? ms : 0), 0);
  const roundsMs = total - required(spent, beforeRounds, 'wall time by activity');
  const rows = [...spent].map(([activity, ms]) => row(activity, ms));
  const share = (part: number) => `${((100 * part) / roundsMs).toFixed(1)} %`;
  const usefulShare = `measuring or start-up, of the time after the parity check (required: ${100 * requirements.usefulShare} %)`;
  return [
    ...rows,
    row('measuring or start-up, of the whole run', usefulMs),
    [usefulShare, (usefulMs / 1000).toFixed(1), share(usefulMs)],
  ];
}
