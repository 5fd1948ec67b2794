/** Where a worker's program is: this checkout, or another commit of the project. */
import { join } from 'node:path';
import type { loadGraph } from '../../model/artefact/load-model.js';

export interface Checkout {
  readonly root: string;
  /** That commit's own reader of artefacts, for the plans of its own adapters. */
  readonly loadGraph: typeof loadGraph;
}

/** What workers of another checkout need to find their own packages. */
export function checkoutEnvironment(checkout: Checkout | undefined): Record<string, string> {
  return checkout ? { TOUCHSTONE_HOME: join(checkout.root, '.touchstone') } : {};
}
