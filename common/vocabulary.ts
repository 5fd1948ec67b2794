/** The words by which the model, the runners and the reports name what is measured. */
import { z } from 'zod';

export const modes = ['inference', 'training'] as const;
export const mode = z.enum(modes);
export type Mode = z.infer<typeof mode>;

export const floatPrecisions = ['float32', 'float64', 'float16', 'bfloat16'] as const;
/** Types of arithmetic: floating-point, or products of 8-bit integers. */
export const precisions = [...floatPrecisions, 'int8'] as const;
export const precision = z.enum(precisions);
export type Precision = z.infer<typeof precision>;
