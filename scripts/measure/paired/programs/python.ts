/** Measuring process of a Python target: `touchstone_bridge.measure` in the interpreter of the target's environment. */
import { isPythonTarget } from '../../../../adapters/adapter.js';
import { defined } from '../../../../common/at.js';
import { projectRoot } from '../../../../common/paths.js';
import { pythonVariables } from '../../../../runners/hosts/python/index.js';
import { workerEnvironment } from '../../../../runners/process/environment.js';
import type { MeasuringProgram } from '../measure-cell.js';

const program: MeasuringProgram = ({ target, executable }, budget) => {
  if (!isPythonTarget(target)) throw new Error(`${target.name} is no Python target`);
  return {
    command: [
      defined(executable, `the interpreter of ${target.name}`),
      ...['-m', 'touchstone_bridge.measure', target.module],
    ],
    environment: workerEnvironment(target, budget, pythonVariables(projectRoot)),
  };
};
export default program;
