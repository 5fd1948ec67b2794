/** A target that is honest, another one to compare it with, and one that tells the lie that a seed draws (`lies.ts`). */
import type { Framework } from '../../../../adapters/adapter.js';
import { lieFrom, seedVariable } from './lies.js';
import { referenceTarget } from './reference.js';
import { tell } from './telling.js';

/** Set in the worker of the liar alone. */
const lieVariable = 'TOUCHSTONE_FAULTS_LIE';

const framework: Framework = {
  name: 'lying',
  title: 'Lying on purpose',
  homepage: 'npm run measure:faults',
  targets: [
    referenceTarget({ name: 'lying/honest', ms: 1, trains: true }),
    referenceTarget({ name: 'lying/slower', ms: 1.5, trains: true }),
    referenceTarget({
      name: 'lying/liar',
      ms: 1,
      trains: true,
      environment: () => ({ [lieVariable]: process.env[seedVariable] ?? '' }),
    }),
  ],
};
export default framework;

// From the very first reply on: workers import adapters before they answer `hello`.
const seed = process.env[lieVariable];
if (seed !== undefined && seed !== '') tell(lieFrom(Number(seed)), Number(seed));
