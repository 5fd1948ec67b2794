/** A target through many steps of training, with its real worker and the parity gate of every run. */
import type { Target } from '../../adapters/adapter.js';
import type { Artefact } from '../../suites/onnx/artefact.js';
import type { OptimiserName } from '../../suites/optimisers.js';
import { type Outcome, onOneWorker } from './run.js';

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
  return onOneWorker(target, python, prepared, async (steps, judge) => {
    const result = { steps, outcome: await judge(steps.artefact) };
    onResult(result);
    return result;
  });
}
