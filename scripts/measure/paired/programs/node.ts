/** Measuring process of a Node target: `../node.ts` in this very Node. */
import { join } from 'node:path';
import { buildFolder } from '../../../../common/paths.js';
import { workerEnvironment } from '../../../../runners/process/environment.js';
import type { MeasuringProgram } from '../measure-cell.js';

const program: MeasuringProgram = ({ target }, budget) => ({
  command: [process.execPath, join(buildFolder, 'scripts/measure/paired/node.js')],
  environment: workerEnvironment(target, budget, {}),
});
export default program;
