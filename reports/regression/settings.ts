/**
 * `touchstone.gate.json`: the margins of the gate and what has been accepted, committed with the code that it guards.
 */
import { z } from 'zod';
import { gatedMetrics } from './report.js';

/** Each a share: 0.02 lets a ratio of up to 1.02 pass. */
export const margins = z.strictObject({
  /** Time per iteration. */
  speed: z.number().positive(),
  /** From the request to start a process until its framework is imported. */
  'start-up': z.number().positive(),
  /** Highest resident set. */
  memory: z.number().positive(),
  /** Largest relative error against the reference; growth below a hundredth of the tolerance does not count. */
  parity: z.number().positive(),
});
export type Margins = z.infer<typeof margins>;

/** What the default rounds can detect on a shared 2-core machine (`npm run measure:rule`, `measure:power`). */
export const defaultMargins: Margins = { speed: 0.02, 'start-up': 0.1, memory: 0.05, parity: 1 };

/** A day: YYYY-MM-DD. */
const day = z.iso.date();

export const acceptance = z.strictObject({
  /** Name or glob of cells, such as `lenet5:inference:*`; for a quantity of the whole target, of targets. */
  cell: z.string(),
  metric: z.enum(gatedMetrics),
  /** Largest ratio that is accepted; null for a broken cell. */
  upTo: z.number().positive().nullable(),
  reason: z.string().min(1),
  /** The last day on which it holds. */
  until: day,
});
export type Acceptance = z.infer<typeof acceptance>;

export const gateSettings = z.strictObject({
  $schema: z.string().optional(),
  version: z.literal(1),
  margins: margins.partial().default({}),
  /** Margins of single cells, by name or glob; later entries win. */
  cells: z.array(z.strictObject({ cell: z.string(), margins: margins.partial() })).default([]),
  accepted: z.array(acceptance).default([]),
});
export type GateSettings = z.infer<typeof gateSettings>;
