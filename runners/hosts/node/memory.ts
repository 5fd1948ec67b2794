/** How much memory this process has taken. */
import { readFileSync } from 'node:fs';
import type { ResidentMemory } from '../../worker/platform.js';

export function residentMemory(): ResidentMemory {
  const peak = peakBytes();
  const rssBytes = ownBytes() ?? peak;
  return { rssBytes, peakRssBytes: Math.max(rssBytes, peak) };
}

/** Undefined where /proc does not tell: the highest then stands for both, as in Python. */
function ownBytes(): number | undefined {
  try {
    return process.memoryUsage.rss();
  } catch {
    return undefined;
  }
}

function peakBytes(): number {
  // The rusage counter would do, but it starts at the size of the parent that forked us.
  return fromStatus() ?? process.resourceUsage().maxRSS * 1024;
}

function fromStatus(): number | undefined {
  try {
    const kibibytes = /^VmHWM:\s*(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
  } catch {
    return undefined;
  }
}
