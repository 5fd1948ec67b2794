/** What a page is told before it answers its first request; the worker's shell writes it, the page reads it. */
import { z } from 'zod';

export const boot = z.object({
  /** Its runtime: `chromium 156.0.7000.1`. */
  runtime: z.string(),
  /** The model of the processors. */
  cpuName: z.string(),
  /** Installed versions of the target's packages. */
  versions: z.record(z.string(), z.string()),
});
export type Boot = z.infer<typeof boot>;

const count = z.number().int().nonnegative();

/** What the shell reads of the browser's processes, for the page: it cannot see them itself. */
export const reading = z.object({
  /** CPU time of the processes of pages and of the graphics process so far, in nanoseconds; null where the system does not report it. */
  cpuNs: z.number().nonnegative().nullable(),
  /** Processors that any of the browser's processes may run on, ascending. */
  cpus: z.array(count).nullable(),
});
export type Reading = z.infer<typeof reading>;

/** Memory of all processes of the browser, what they share counted once; null where the system does not report it. */
export const memoryReading = z.object({ rssBytes: count.nullable(), peakRssBytes: count.nullable() });
export type MemoryReading = z.infer<typeof memoryReading>;
