/**
 * What happened to this process and its processor around a turn: a fixed piece of work that no framework has a part
 * in, how long the main thread was ready and not running, and how often it was sent away. All outside the clock.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { TurnWitness } from '../../protocol/messages.js';

/** Small enough to leave the caches to the framework; as often as takes a few hundred microseconds. */
const block = Buffer.alloc(4096, 'touchstone');
const repetitions = 64;

interface Mark {
  readonly workNs: number;
  readonly waitNs: number | null;
  readonly switches: number;
}

/** The turn's result, with what was witnessed right before and after it. */
export async function witnessed<T>(turn: () => Promise<T>): Promise<T & { witness: TurnWitness }> {
  const before = mark();
  const result = await turn();
  const after = mark();
  const waitNs = before.waitNs === null || after.waitNs === null ? null : after.waitNs - before.waitNs;
  const switches = after.switches - before.switches;
  return { ...result, witness: { workNs: [before.workNs, after.workNs], waitNs, switches } };
}

function mark(): Mark {
  const workNs = fixedWorkNs();
  return { workNs, waitNs: waitedNs(), switches: process.resourceUsage().involuntaryContextSwitches };
}

/** SHA-256 of the same bytes in both kinds of worker: compiled code of OpenSSL, which warms up once. */
function fixedWorkNs(): number {
  const begin = process.hrtime.bigint();
  const hash = createHash('sha256');
  for (let repetition = 0; repetition < repetitions; repetition++) hash.update(block);
  hash.digest();
  return Number(process.hrtime.bigint() - begin);
}

/** Time of the main thread on a run queue since it started: /proc/…/schedstat, second field (sched-stats.rst). */
function waitedNs(): number | null {
  try {
    const [, waited] = readFileSync('/proc/self/schedstat', 'ascii').split(' ');
    return waited === undefined ? null : Number(waited);
  } catch {
    return null;
  }
}
