/**
 * Small models on which a target agreed before are not computed again while everything is the same that the outcome depends on:
 * most of the time of `npm test` goes into compiling them.
 */
import { basename, join } from 'node:path';
import { z } from 'zod';
import { verdictsFolder } from '../../common/paths.js';
import type { Artefact } from '../../model/artefact/artefact.js';
import type { PreparedTarget } from '../coordinator/locate.js';
import { targetDependencies } from '../coordinator/verdict-dependencies.js';
import { readMachine } from '../machine/machine.js';
import { verdictsIn } from '../parity/verdicts.js';
import type { Outcome } from './verify.js';

const agreed = z.object({ state: z.literal('ok'), error: z.number() });

export interface KeptOutcomes {
  find(artefact: Artefact): Promise<Outcome | undefined>;
  /** Keeps an outcome that is `ok`; everything else is computed anew. */
  keep(artefact: Artefact, outcome: Outcome): Promise<void>;
}

export function keptOutcomes(entry: PreparedTarget): KeptOutcomes {
  const kept = verdictsIn(join(verdictsFolder, 'conformance'), agreed);
  const own = targetDependencies(readMachine(), entry);
  const dependenciesOf = ({ folder }: Artefact) => own && { ...own, artefact: basename(folder) };
  return {
    async find(artefact) {
      const dependsOn = dependenciesOf(artefact);
      return dependsOn && (await kept.find(dependsOn))?.verdict;
    },
    async keep(artefact, outcome) {
      const dependsOn = dependenciesOf(artefact);
      if (dependsOn && outcome.state === 'ok') await kept.keep(dependsOn, outcome);
    },
  };
}
