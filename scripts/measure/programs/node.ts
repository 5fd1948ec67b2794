/** Pairs of a Node target: `paired-node.ts` in this very Node. */
import { join } from 'node:path';
import { buildFolder } from '../../../common/paths.js';
import { workerEnvironment } from '../../../runners/process/environment.js';
import type { PairsProgram } from '../paired.js';

const program: PairsProgram = async ({ target }, _, parameters, budget) => ({
  command: [process.execPath, join(buildFolder, 'scripts/measure/paired-node.js'), ...parameters],
  environment: workerEnvironment(target, budget, {}),
});
export default program;
