import type { Plan } from '../plan.js';

/** A plan before its passes, which decide its `form`. */
export type Draft = Omit<Plan, 'form'>;
