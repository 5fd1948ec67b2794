/** What a Node process reads of itself around a turn; `touchstone_bridge/witness.py` does the same in Python. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Mark } from '../../worker/platform.js';

/** Small enough to leave the caches to the framework; repeated until it takes a few hundred microseconds. */
const block = Buffer.alloc(4096, 'touchstone');
const repetitions = 64;

export function mark(): Mark {
  const workNs = fixedWorkNs();
  return { workNs, waitNs: waitedNs(), switches: process.resourceUsage().involuntaryContextSwitches };
}

/** SHA-256 of the same bytes on both hosts: compiled code of OpenSSL, which warms up once. */
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
