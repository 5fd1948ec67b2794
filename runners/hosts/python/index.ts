/** Python as a host: `touchstone_bridge.worker` in the interpreter of the target's own environment. */

import { join } from 'node:path';
import { isPythonTarget, type PythonTarget, type Target } from '../../../adapters/adapter.js';
import { at, defined } from '../../../common/at.js';
import { TouchstoneError } from '../../../common/errors.js';
import { invocation } from '../../../common/invocation.js';
import { canStopProcesses, type WorkerProcess } from '../../process/worker-process.js';
import { environmentDefinition, variantOf } from '../../provision/definition.js';
import { environmentInstallation, environmentState, pythonIn } from '../../provision/environments.js';
import { findInterpreter } from '../../provision/interpreter.js';
import type { Availability, LaunchOptions, WorkerHost } from '../host.js';
import { startWorkerProcess } from '../start-process.js';
import { installedPackages } from './installed-packages.js';

const host = {
  name: 'python',
  provision(target: Target) {
    const environments = environmentsOf(pythonTarget(target));
    return {
      installations: environments.map((name) => environmentInstallation(name)),
      availability: () => availabilityOf(target, environments),
    };
  },
  describe(target: Target) {
    const [own, ...converter] = environmentsOf(pythonTarget(target)).map((name) =>
      environmentDefinition(name),
    );
    const definition = defined(own, `the environment of ${target.name}`);
    const folders = [definition, ...converter].map(({ folder }) => folder);
    return { versions: installedPackages(definition), folders, environment: definition.folder };
  },
  launch(options: LaunchOptions): WorkerProcess {
    return startWorkerProcess(host, options, (root) => ({
      command: options.command ?? workerCommand(pythonTarget(options.target), options.executable),
      variables: { ...pythonVariables(root), ...converterVariables(pythonTarget(options.target)) },
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

/** Its own first, then the one whose packages convert its models. */
function environmentsOf(target: PythonTarget): string[] {
  const { converterEnvironment: converter } = target;
  return [environmentOf(target), ...(converter === undefined ? [] : [converter])];
}

/** As `touchstone_bridge/conversion.py` reads them. */
function converterVariables({ converterEnvironment: name }: PythonTarget): Record<string, string> {
  return name === undefined ? {} : { TOUCHSTONE_CONVERTER: pythonIn(environmentDefinition(name)) };
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

async function availabilityOf(target: Target, environments: readonly string[]): Promise<Availability> {
  const states = await Promise.all(environments.map(environmentState));
  for (const [place, state] of states.entries()) {
    if (state.state === 'ready') continue;
    const interpreter = await findInterpreter(environmentDefinition(at(environments, place)).python);
    if (!interpreter.found) return { available: false, reason: interpreter.reason, fix: interpreter.fix };
    return { available: false, reason: state.reason, fix: invocation(`setup ${target.name}`) };
  }
  const [own] = states;
  if (own?.state !== 'ready') throw new TouchstoneError('internal', `${target.name} has no environment`);
  return { available: true, executable: own.python };
}

function pythonTarget(target: Target): PythonTarget {
  if (isPythonTarget(target)) return target;
  throw new TouchstoneError(
    'internal',
    `${target.name} is no Python target: it names no environment, or no module`,
  );
}
