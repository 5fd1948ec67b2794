/** The words by which the model, the runners and the reports name what is measured. */
import { z } from 'zod';

export const modes = ['inference', 'training'] as const;
export const mode = z.enum(modes);
export type Mode = z.infer<typeof mode>;

export const precision = z.enum(['float32']);
export type Precision = z.infer<typeof precision>;
