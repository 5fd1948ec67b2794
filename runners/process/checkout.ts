/** Where a worker's program lies: this checkout, or another commit of the project. */
import { join } from 'node:path';
import type { loadGraph } from '../../model/artefact/load-model.js';

export interface Checkout {
  readonly root: string;
  /** That commit's own reader of artefacts, for the plans of its own adapters. */
  readonly loadGraph: typeof loadGraph;
}

/** What workers of another checkout need to find their own side of the bridge and their own packages. */
export function checkoutEnvironment(checkout: Checkout | undefined): Record<string, string> {
  if (!checkout) return {};
  return {
    PYTHONPATH: join(checkout.root, 'python-bridge'),
    TOUCHSTONE_HOME: join(checkout.root, '.touchstone'),
  };
}
