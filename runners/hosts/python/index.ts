/** Python as a host: `touchstone_bridge.worker` in the interpreter of the target's own environment. */

import { join } from 'node:path';
import { isPythonTarget, type PythonTarget, type Target } from '../../../adapters/adapter.js';
import { TouchstoneError } from '../../../common/errors.js';
import { invocation } from '../../../common/invocation.js';
import { canStopProcesses, type WorkerProcess } from '../../process/worker-process.js';
import { environmentDefinition, variantOf } from '../../provision/definition.js';
import { environmentInstallation, environmentState } from '../../provision/environments.js';
import { findInterpreter } from '../../provision/interpreter.js';
import type { Availability, LaunchOptions, WorkerHost } from '../host.js';
import { startWorkerProcess } from '../start-process.js';
import { installedPackages } from './installed-packages.js';

const host = {
  name: 'python',
  provision(target: Target) {
    const environment = environmentOf(pythonTarget(target));
    return {
      installations: [environmentInstallation(environment)],
      availability: () => availabilityOf(target, environment),
    };
  },
  describe(target: Target) {
    const definition = environmentDefinition(environmentOf(pythonTarget(target)));
    const { folder } = definition;
    return { versions: installedPackages(definition), folders: [folder], environment: folder };
  },
  launch(options: LaunchOptions): WorkerProcess {
    return startWorkerProcess(host, options, (root) => ({
      command: options.command ?? workerCommand(pythonTarget(options.target), options.executable),
      variables: pythonVariables(root),
    }));
  },
  canPause: canStopProcesses,
  close: async () => undefined,
} satisfies WorkerHost;
export default host;

/** The environment that the target lives in: its own, or the variant with another version of the framework. */
export function environmentOf({ environmentName, distribution, version }: PythonTarget): string {
  return version === undefined ? environmentName : variantOf(environmentName, distribution, version);
}

/**
 * Bytecode stays cached, as for any user: compiling a framework's modules anew would show as its import time.
 *
 * @param root of the checkout whose side of the bridge runs
 */
export function pythonVariables(root: string): Record<string, string> {
  return {
    PYTHONPATH: join(root, 'python-bridge'),
    /** Only the pinned environment, never packages of the user's home or of the working folder. */
    PYTHONNOUSERSITE: '1',
    PYTHONSAFEPATH: '1',
    /** The last words of a killed process reach the log. */
    PYTHONUNBUFFERED: '1',
  };
}

function workerCommand(target: PythonTarget, python: string | undefined): string[] {
  if (python !== undefined) return [python, '-m', 'touchstone_bridge.worker', target.module];
  throw new TouchstoneError('worker', `${target.name} needs a Python interpreter and was given none`, {
    hint: `install its environment with \`${invocation(`setup ${target.name}`)}\``,
  });
}

async function availabilityOf(target: Target, environment: string): Promise<Availability> {
  const state = await environmentState(environment);
  if (state.state === 'ready') return { available: true, executable: state.python };
  const interpreter = await findInterpreter(environmentDefinition(environment).python);
  if (!interpreter.found) return { available: false, reason: interpreter.reason, fix: interpreter.fix };
  return { available: false, reason: state.reason, fix: invocation(`setup ${target.name}`) };
}

function pythonTarget(target: Target): PythonTarget {
  if (isPythonTarget(target)) return target;
  throw new TouchstoneError(
    'internal',
    `${target.name} is no Python target: it names no environment, or no module`,
  );
}
