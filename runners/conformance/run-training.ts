/** A target through many steps of training, with its real worker and the parity gate of every run. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Target } from '../../adapters/adapter.js';
import type { Artefact } from '../../suites/onnx/artefact.js';
import type { OptimiserName } from '../../suites/optimisers.js';
import { type Outcome, outcomeOf, RestartingWorker } from './run.js';

export interface PreparedSteps {
  readonly workload: string;
  readonly batch: number;
  readonly optimiser: OptimiserName;
  readonly artefact: Artefact;
}

export interface StepsResult {
  readonly steps: PreparedSteps;
  readonly outcome: Outcome;
}

export async function runTrainingSteps(
  target: Target,
  prepared: readonly PreparedSteps[],
  python: string | undefined,
  onResult: (result: StepsResult) => void,
): Promise<StepsResult[]> {
  const scratch = await mkdtemp(join(tmpdir(), 'touchstone-training-'));
  const worker = new RestartingWorker(target, python, scratch);
  const results: StepsResult[] = [];
  try {
    for (const steps of prepared) {
      const outcome = await outcomeOf(target, steps.artefact, worker, scratch);
      onResult({ steps, outcome });
      results.push({ steps, outcome });
    }
  } finally {
    await worker.end();
    await rm(scratch, { recursive: true, force: true });
  }
  return results;
}
