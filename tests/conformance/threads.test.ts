/**
 * A target that is given one thread uses one processor, although it may use all; those that can use two do, given two.
 * Read from outside: CPU time of its process over wall time, which a busy machine only makes smaller; and for the second
 * how much of it each of its threads had, which does not depend on how much the process got.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Target } from '../../adapters/adapter.js';
import { discoverFrameworks } from '../../adapters/discover.js';
import { defined } from '../../common/at.js';
import { workloadArtefact } from '../../model/artefact/artefact.js';
import { targetAvailability } from '../../runners/hosts/availability.js';
import { startDescribed } from '../../runners/hosts/described.js';
import lenet5 from '../../suites/cnn/lenet5.js';
import { expectedTargets } from '../targets.js';

const targets = (await discoverFrameworks())
  .flatMap((framework) => framework.targets)
  // A browser has threads of its own.
  .filter(({ isNull, host }) => !isNull && host !== 'browser');

test.each(targets)('$name keeps to one thread', { timeout: 600_000 }, async (target) => {
  await withLoaded(target, 1, async (processors, configuration) => {
    // Null where a framework does not tell.
    expect(configuration.threads ?? 1).toBe(1);
    expect(await processors()).toBeLessThanOrEqual(allowance(target));
  });
});

/**
 * V8 collects garbage and compiles on threads of its own, which no framework in JavaScript can forbid; they are bound to
 * the target's processors in a run.
 */
function allowance(target: Target): number {
  return target.host === 'node' ? 1.25 : 1.05;
}

const parallel = expectedTargets.filter(({ isParallel }) => isParallel).map(({ name }) => name);

test.skipIf(availableParallelism() < 2).each(targets.filter(({ name }) => parallel.includes(name)))(
  '$name uses two threads',
  { timeout: 600_000 },
  async (target) => {
    await withLoaded(target, 2, async (_, __, busiest) => {
      const [first = 0, second = 0] = await busiest();
      expect(second / first).toBeGreaterThan(0.05);
    });
  },
);

type Configuration = Readonly<Record<string, string | number | boolean | null>>;

/** Hands over a function that runs a turn of a second and tells how many processors it used on average. */
async function withLoaded(
  target: Target,
  threads: number,
  use: (
    processors: () => Promise<number>,
    configuration: Configuration,
    busiest: () => Promise<number[]>,
  ) => Promise<void>,
): Promise<void> {
  // Free to run anywhere: only its own settings hold it.
  const budget = { threads, cpus: [], device: { kind: 'cpu', index: 0 } };
  const health = await targetAvailability(target);
  if (!health.available) throw new Error(`${target.name} is not available: ${health.reason}`);
  const { folder } = await workloadArtefact(lenet5, 'inference', 64, 0);
  const scratch = await mkdtemp(join(tmpdir(), 'touchstone-threads-'));
  const logFile = join(scratch, 'worker.log');
  const { executable } = health;
  const { worker, hello, description } = await startDescribed({
    target,
    budget,
    logFile,
    deadlineMs: 120_000,
    ...(executable === undefined ? {} : { executable }),
  });
  const pid = defined(hello.pid, 'the process of the worker');
  try {
    await worker.request({ type: 'load', folder, mode: 'inference' });
    await worker.request({ type: 'warm', minIterations: 3, minNs: 500e6, maxNs: 3e9 });
    const turn = () =>
      worker.request({
        type: 'turn',
        minNs: 1e9,
        maxIterations: 1_000_000,
        firstBuffer: 0,
        auditIteration: 0,
      });
    const processors = async () => {
      const [cpuBefore, wallBefore] = [cpuSeconds(pid), performance.now()];
      await turn();
      const wallS = (performance.now() - wallBefore) / 1000;
      // The system counts in ticks of a hundredth of a second, of which one may be off at either end.
      return (cpuSeconds(pid) - cpuBefore - 0.02) / wallS;
    };
    const busiest = async () => {
      const before = threadSeconds(pid);
      await turn();
      const spent = [...threadSeconds(pid)].map(([thread, s]) => s - (before.get(thread) ?? 0));
      return spent.sort((a, b) => b - a);
    };
    await use(processors, description.configuration, busiest);
  } finally {
    await worker.kill();
    await rm(scratch, { recursive: true });
  }
}

/** User and system time of each thread: proc(5). */
function threadSeconds(pid: number): Map<string, number> {
  const threads = readdirSync(`/proc/${pid}/task`);
  return new Map(threads.map((thread) => [thread, cpuSeconds(`${pid}/task/${thread}`)]));
}

/** User and system time of the whole process, all its threads and the children that it waited for: proc(5). */
function cpuSeconds(pid: number | string): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // Fields 14 to 17, counted behind the name in parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return ticks / 100;
}
