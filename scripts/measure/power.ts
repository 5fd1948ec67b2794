/**
 * `npm run measure:power`: the power of the live gate, with adapters of known slowdown (`adapters/slowed.ts`): how often a slowdown
 * is reported as a regression, and how large it is estimated to be.
 *
 * Options: `-- --repeats 5 --time 20m --base convnetjs`. Every finished gate is a line of `docs/measurements/power.ndjson`, so that
 * an interrupted script continues; `--fresh` starts over.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { addOutsideAdapter } from '../../adapters/discover.js';
import { buildFolder } from '../../common/paths.js';
import { clopperPearson } from '../../common/statistics/binomial.js';
import { duration, names, positiveInteger } from '../../common/values.js';
import { slowdowns } from './adapters/slowed.js';
import { gateStep } from './gate-step.js';
import { asGiven, ledger, publish, runSteps } from './ledger.js';
import { markdownTable } from './table.js';

const { values } = parseArgs({
  options: {
    repeats: { type: 'string', default: '5' },
    time: { type: 'string', default: '10m' },
    base: { type: 'string', default: 'convnetjs,onnxruntime' },
    fresh: { type: 'boolean', default: false },
  },
});

interface Decision {
  readonly percent: number;
  readonly cell: string;
  readonly verdict: string;
  readonly ratio: number | null;
  readonly rounds: number;
}

addOutsideAdapter(join(buildFolder, 'scripts/measure/adapters/slowed.js'));
const results = ledger<Decision>('power', values.fresh);
const plan = names(values.base).flatMap((base) =>
  Array.from({ length: positiveInteger(values.repeats) }, (_, repeat) => ({
    key: `${base} ${repeat}`,
    base,
    repeat,
  })),
);
await runSteps(plan, results.has, async ({ key, base, repeat }) => {
  const findings = await gateStep(`slowed/${base}-0`, {
    targets: slowdowns.map((percent) => `slowed/${base}-${percent}`),
    batch: [1],
    mode: ['inference'],
    seed: repeat + 1,
    time: duration(values.time),
  });
  results.add(
    key,
    findings
      .filter(({ metric }) => metric === 'speed')
      .map(({ target, cell, verdict, ratio }) => ({
        percent: Number(target.split('-').at(-1)),
        cell,
        verdict,
        ratio: ratio?.value ?? null,
        // Without a ratio no round was completed.
        rounds: ratio?.rounds ?? 0,
      })),
  );
});

const rows = slowdowns.map((percent) => {
  const own = results.entries().filter((decision) => decision.percent === percent);
  const count = (verdict: string) => own.filter((decision) => decision.verdict === verdict).length;
  const ratios = own.flatMap(({ ratio }) => (ratio === null ? [] : [ratio]));
  const mean = ratios.reduce((sum, ratio) => sum + ratio, 0) / Math.max(1, ratios.length);
  const bound = own.length > 0 ? clopperPearson(count('regressed'), own.length, 0.95) : { low: 0, high: 1 };
  const share = `${count('regressed')} of ${own.length} [${Math.round(100 * bound.low)}, ${Math.round(100 * bound.high)}] %`;
  return [
    `+${percent} %`,
    share,
    String(count('ok') + count('improved')),
    String(count('inconclusive')),
    `${(100 * (mean - 1)).toFixed(2)} %`,
  ];
});
const head = ['injected', 'reported as regressed', 'reported as ok', 'inconclusive', 'mean estimate'];
publish('power', markdownTable(head, rows), asGiven('npm run measure:power'));
