/** Verifies a target on the small models of `suites/conformance/`: each is rejected with a reason or agrees with the reference. */
import type { Target } from '../../adapters/adapter.js';
import type { Artefact } from '../../model/artefact/artefact.js';
import { type ConformanceCase, conformanceArtefact } from '../../suites/conformance/conformance-cases.js';
import type { KeptOutcomes } from './kept-outcomes.js';
import { type Outcome, verifyEach } from './verify.js';

export interface CaseResult {
  readonly testCase: ConformanceCase;
  readonly artefact: Artefact;
  readonly outcome: Outcome;
}

export interface ConformanceOptions {
  /** The program that the target's workers run in, if it is not the host's own. */
  readonly executable?: string | undefined;
  /** Where outcomes are kept; without it every model is computed. */
  readonly kept?: KeptOutcomes;
  /** Called with each result. */
  readonly onResult?: (result: CaseResult) => void;
}

export async function runConformance(
  target: Target,
  cases: readonly ConformanceCase[],
  { executable, kept, onResult }: ConformanceOptions,
): Promise<CaseResult[]> {
  return verifyEach(target, executable, cases, async (testCase, verify) => {
    const artefact = await conformanceArtefact(testCase);
    const before = await kept?.find(artefact);
    const outcome = before ?? (await verify(artefact, { mayReject: target.refusesAtLoad === true }));
    if (before === undefined) await kept?.keep(artefact, outcome);
    const result = { testCase, artefact, outcome };
    onResult?.(result);
    return result;
  });
}
