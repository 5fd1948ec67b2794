/**
 * `npm run measure:overhead`: what the harness itself costs. The null target of each worker kind per iteration (bar: at
 * most 5 µs), and how the wall time of a real run was spent (bar: at least 90 % measuring or in framework start-up).
 *
 * Options: `-- --run <folder>` takes an existing run; otherwise one of the smoke suite is made (`--time 130s`).
 */
import { parseArgs } from 'node:util';
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

const bars = { iterationUs: 5, usefulShare: 0.9 };
/** What the rounds are for. The parity gate comes before them, once, whatever the budget. */
const useful = new Set<string>(['start-up', 'load', 'warm-up', 'measuring']);

const { values } = parseArgs({
  options: { run: { type: 'string' }, time: { type: 'string', default: `${defaultBudgetMs(5)}ms` } },
});
const folder = values.run ? findRun(values.run) : await newRun(duration(values.time));
const { events } = await readRun(folder);
const overheads = nullRows(events);
const wall = wallRows(events);
process.stdout.write(
  `${markdownTable(['null target', 'iterations', 'p50', 'p90', 'p99', 'bar'], overheads)}\n\n`,
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
    const at = (share: number) => microseconds(quantile(event.samplesNs, share));
    return [
      [
        `null/${event.host}`,
        String(event.samplesNs.length),
        at(0.5),
        at(0.9),
        at(0.99),
        `${bars.iterationUs} µs`,
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
  const roundsMs = total - (spent.get('parity gate') ?? 0);
  const rows = [...spent].map(([activity, ms]) => row(activity, ms));
  const share = (part: number) => `${((100 * part) / roundsMs).toFixed(1)} %`;
  const bar = `measuring or start-up, of the time after the gate (bar: ${100 * bars.usefulShare} %)`;
  return [
    ...rows,
    row('measuring or start-up, of the whole run', usefulMs),
    [bar, (usefulMs / 1000).toFixed(1), share(usefulMs)],
  ];
}
