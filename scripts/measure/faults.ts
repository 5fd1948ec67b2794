/**
 * `npm run measure:faults`: campaigns of faults, repeated by seed. Signals at any moment, mutated models and run folders, workers
 * that lie: what has to hold in each is in the file of its campaign under `faults/`.
 *
 * Options: `-- --campaigns models,kills --tries 500 --seed 1 --write`. Every failure is printed with the command that repeats it;
 * the exit status is then 1. By default all campaigns together take about ten minutes; `--full` makes the attempts that are wanted of
 * each, which takes hours. With `--write`, every finished step is a line of `docs/measurements/faults.ndjson`, so that an interrupted
 * script continues, and `docs/measurements/faults.md` is written from all lines, whichever campaigns are selected; `--fresh` starts
 * over.
 */
import { parseArgs } from 'node:util';
import { TouchstoneError } from '../../common/errors.js';
import { listed } from '../../common/text.js';
import { names, positiveInteger } from '../../common/values.js';
import type { Campaign } from './faults/campaign.js';
import { campaigns } from './faults/index.js';
import { type Step, stepsOf, type Tally, tallyStep } from './faults/steps.js';
import { tablesOf } from './faults/tables.js';
import { asGiven, ledger, ledgerInMemory, publish, runSteps } from './ledger.js';
import { say } from './new-run.js';

const { values } = parseArgs({
  options: {
    campaigns: { type: 'string' },
    tries: { type: 'string' },
    seed: { type: 'string', default: '1' },
    full: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    fresh: { type: 'boolean', default: false },
  },
});

const chosen = values.campaigns === undefined ? campaigns : named(names(values.campaigns));
const firstSeed = positiveInteger(values.seed);
const results = values.write ? ledger<Tally>('faults', values.fresh) : ledgerInMemory<Tally>();
const steps = chosen.flatMap((campaign) => {
  const usual = values.full ? campaign.tries.full : campaign.tries.usual;
  const tries = values.tries === undefined ? usual : positiveInteger(values.tries);
  return stepsOf(campaign, firstSeed, tries, values.write);
});

try {
  await runSteps<Step>(steps, results.has, async (step) => {
    results.add(step.key, await tallyStep(step, say));
  });
} finally {
  for (const campaign of chosen) await campaign.close();
}

const tallies = results.entries();
const page = tablesOf(campaigns, tallies);
if (values.write) publish('faults', page, asGiven('npm run measure:faults'));
else process.stdout.write(`${page}\n`);
process.exitCode = tallies.some(({ failures }) => failures.length > 0) ? 1 : 0;

function named(wanted: readonly string[]): readonly Campaign[] {
  const known = campaigns.map(({ name }) => name);
  const unknown = wanted.find((name) => !known.includes(name));
  if (unknown === undefined) return campaigns.filter(({ name }) => wanted.includes(name));
  throw new TouchstoneError('usage', `there is no campaign ${unknown}`, {
    hint: `the campaigns are ${listed(known)}`,
  });
}
