/** What the measuring process is asked (a JSON file, whose path is its argument) and what it prints: one line of JSON. */
import { z } from 'zod';
import { deviceKind } from '../../../common/run/device.js';

/** `forms`: a user's file in the normalised form of its artefact, against the file itself. */
export const kind = z.enum(['fidelity', 'lowering', 'forms']);
export type Kind = z.infer<typeof kind>;

/** Wall time, or the processor time of the process: the same where nothing else runs on that processor. */
export const clock = z.enum(['wall', 'cpu']);
export type Clock = z.infer<typeof clock>;

export const request = z.object({
  kind,
  target: z.string(),
  /** The kind of device that it computes on. */
  device: deviceKind,
  /** Folder of the artefact. */
  folder: z.string(),
  threads: z.number().int().positive(),
  clock,
  pairs: z.number().int().positive(),
  blockMs: z.number().positive(),
  /** For all rounds together. */
  budgetMs: z.number().positive(),
  /** Path of the target's plan. */
  plan: z.string(),
});
export type Request = z.infer<typeof request>;

export const outcome = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('measured'),
    /** The first one is compared with each of the others. */
    contenders: z.array(z.string()).min(2),
    /** Nanoseconds per iteration, for each round, of every contender. */
    rounds: z.array(z.array(z.number().positive())).min(1),
    /** Which form the lowering took, where the loaded model's configuration says it. */
    form: z.string().nullable(),
    /** What else there is to know of the comparison. */
    note: z.string(),
  }),
  z.object({ state: z.literal('slow'), iterationNs: z.number() }),
  /** There is nothing to compare with, or one of the two computes something else. */
  z.object({ state: z.literal('refused'), reason: z.string() }),
]);
export type Outcome = z.infer<typeof outcome>;
