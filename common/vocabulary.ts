/** The words by which the model, the runners and the reports name what is measured. */
import { z } from 'zod';

export const modes = ['inference', 'training'] as const;
export const mode = z.enum(modes);
export type Mode = z.infer<typeof mode>;

/** Types of floating-point arithmetic. */
export const precisions = ['float32', 'float64', 'float16', 'bfloat16'] as const;
export const precision = z.enum(precisions);
export type Precision = z.infer<typeof precision>;
