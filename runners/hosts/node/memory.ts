/** How much memory this process has taken. */
import { readFileSync } from 'node:fs';

export interface ResidentMemory {
  readonly rssBytes: number;
  /** Highest since the process started. */
  readonly peakRssBytes: number;
}

export function residentMemory(): ResidentMemory {
  const rssBytes = process.memoryUsage.rss();
  return { rssBytes, peakRssBytes: Math.max(rssBytes, peakBytes()) };
}

function peakBytes(): number {
  try {
    // The rusage counter would do, but it starts at the size of the parent that forked us.
    const status = readFileSync('/proc/self/status', 'utf8');
    return Number(/^VmHWM:\s*(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return process.resourceUsage().maxRSS * 1024;
  }
}
