/** Measuring process of a target in a page: `../page.ts`, which opens the page. */
import { join } from 'node:path';
import { buildFolder } from '../../../../common/paths.js';
import { workerEnvironment } from '../../../../runners/process/environment.js';
import type { MeasuringProgram } from '../measure-cell.js';

const program: MeasuringProgram = ({ target }, budget) => ({
  command: [process.execPath, join(buildFolder, 'scripts/measure/paired/page.js')],
  environment: workerEnvironment(target, budget, {}),
});
export default program;
