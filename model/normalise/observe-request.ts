/** What `observe.ts` asks of its child process. */
import { z } from 'zod';

export const observeRequest = z.object({
  /** Paths of the model and of its inputs (safetensors). */
  model: z.string(),
  inputs: z.string(),
  /** Outputs whose data is wanted. */
  keep: z.array(z.string()),
  /** Paths to write: JSON with type and shape by name, and safetensors. */
  values: z.string(),
  data: z.string(),
});
export type ObserveRequest = z.infer<typeof observeRequest>;
