/** The request that `observe.ts` writes for its child process `observe-worker.ts`. */
import { z } from 'zod';

export const observeRequest = z.object({
  /** Path of the model. */
  model: z.string(),
  /** Path of its inputs (safetensors). */
  inputs: z.string(),
  /** Names of the outputs whose data is wanted. */
  keep: z.array(z.string()),
  /** Path to write type and shape of every output to (JSON). */
  values: z.string(),
  /** Path to write the wanted data to (safetensors). */
  data: z.string(),
});
export type ObserveRequest = z.infer<typeof observeRequest>;
