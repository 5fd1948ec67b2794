/** Where a worker's program is: this checkout, or another commit of the project. */
import type { loadGraph } from '../../model/artefact/load-model.js';

export interface Checkout {
  readonly root: string;
  /** What its workers need to find their own packages and adapters. */
  readonly environment: Readonly<Record<string, string>>;
  /** That commit's own reader of artefacts, for the plans of its own adapters. */
  readonly loadGraph: typeof loadGraph;
}
