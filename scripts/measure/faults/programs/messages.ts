/** What `models.ts` asks the process of `reader.ts`, and what that answers. */
import { z } from 'zod';

export const readRequest = z.object({
  /** Path of the model. */
  path: z.string(),
  /** Memory that its tensors may take, as with `--model-memory`. */
  memoryBytes: z.number().int().positive(),
});
export type ReadRequest = z.infer<typeof readRequest>;

export const readAnswer = z.object({
  /** What is wrong with how it was read: anything but a description or the one error line. */
  broken: z.string().optional(),
  cpuMs: z.number().nonnegative(),
  /** Highest resident set of the process since it started. */
  peakBytes: z.number().nonnegative(),
});
export type ReadAnswer = z.infer<typeof readAnswer>;
