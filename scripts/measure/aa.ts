/**
 * `npm run measure:aa`: the rate of false alarms of the live gate, with targets that are compared with themselves. Every
 * `regressed` and every `improved` is a false alarm. Each step is run on an idle machine and again with a noisy neighbour, a
 * process that computes in bursts on the processor on which workers are timed.
 *
 * Options: `-- --targets 'onnxruntime/cpu,pytorch/cpu' --repeats 5 --time 10m --neighbour both|idle|noisy`. Every finished gate is
 * a line of `docs/measurements/aa.ndjson`, so that an interrupted script continues; `--fresh` starts over.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { defined } from '../../common/at.js';
import { clopperPearson } from '../../common/statistics/binomial.js';
import { duration, integers, modeNames, names, positiveInteger } from '../../common/values.js';
import { splitCpus } from '../../runners/process/cpus.js';
import { wrapped } from '../../runners/process/wrapped.js';
import { gateStep } from './gate-step.js';
import { asGiven, ledger, publish, runSteps } from './ledger.js';
import { markdownTable } from './table.js';

const { values } = parseArgs({
  options: {
    targets: { type: 'string', default: 'onnxruntime/cpu,convnetjs/js,pytorch/cpu' },
    mode: { type: 'string', default: 'inference,training' },
    batch: { type: 'string', default: '1' },
    repeats: { type: 'string', default: '5' },
    time: { type: 'string', default: '10m' },
    neighbour: { type: 'string', default: 'both' },
    fresh: { type: 'boolean', default: false },
  },
});

interface Decision {
  readonly target: string;
  readonly neighbour: string;
  readonly metric: string;
  readonly verdict: string;
  readonly rounds: number;
}

const neighbours = values.neighbour === 'both' ? ['idle', 'noisy'] : [values.neighbour];
const results = ledger<Decision>('aa', values.fresh);
const steps = Array.from({ length: positiveInteger(values.repeats) }, (_, repeat) => repeat).flatMap(
  (repeat) =>
    neighbours.flatMap((neighbour) =>
      names(values.targets).map((target) => ({
        key: `${target} ${neighbour} ${repeat}`,
        target,
        neighbour,
        repeat,
      })),
    ),
);

await runSteps(steps, results.has, async ({ key, target, neighbour, repeat }) => {
  const other = neighbour === 'noisy' ? startNeighbour() : undefined;
  const findings = await gateStep(target, {
    targets: [target],
    batch: integers(values.batch),
    mode: modeNames(values.mode),
    seed: repeat + 1,
    time: duration(values.time),
  }).finally(() => other?.kill('SIGKILL'));
  const measured = findings.filter(({ stage }) => stage !== 'once');
  results.add(
    key,
    measured.map(({ metric, verdict, ratio }) => ({
      target,
      neighbour,
      metric,
      verdict,
      // Without a ratio no round was completed.
      rounds: ratio?.rounds ?? 0,
    })),
  );
});

const all = results.entries();
const targets = [...new Set(all.map(({ target }) => target))].sort();
const rows = targets.flatMap((target) =>
  [...new Set(all.map(({ neighbour }) => neighbour))].sort().flatMap((neighbour) => {
    const own = all.filter((decision) => decision.target === target && decision.neighbour === neighbour);
    return own.length === 0 ? [] : [rowOf(target, neighbour, own)];
  }),
);
const head = ['target', 'machine', 'decisions', 'false alarms', 'regressed', 'ok', 'inconclusive'];
publish('aa', markdownTable(head, [...rows, rowOf('all', 'both', all)]), asGiven('npm run measure:aa'));

function rowOf(target: string, neighbour: string, own: readonly Decision[]): string[] {
  const count = (...verdicts: string[]) => own.filter(({ verdict }) => verdicts.includes(verdict)).length;
  const alarms = count('regressed', 'improved');
  const bound = clopperPearson(alarms, Math.max(1, own.length), 0.95);
  return [
    target,
    neighbour,
    String(own.length),
    `${alarms} [${(100 * bound.low).toFixed(1)}, ${(100 * bound.high).toFixed(1)}] %`,
    String(count('regressed')),
    String(count('ok')),
    String(count('inconclusive')),
  ];
}

/** Computes in bursts of 5 to 50 ms, with pauses of the same length, on the processors of the workers. */
function startNeighbour(): ChildProcess {
  const script = `
    const wait = new Int32Array(new SharedArrayBuffer(4));
    for (;;) {
      const untilMs = performance.now() + 5 + 45 * Math.random();
      while (performance.now() < untilMs) Math.sqrt(Math.random());
      Atomics.wait(wait, 0, 0, 5 + 45 * Math.random());
    }`;
  const [file, ...rest] = wrapped([process.execPath, '-e', script], splitCpus(1).workers);
  return spawn(defined(file, 'the command of the noisy neighbour'), rest, { stdio: 'ignore' });
}
