/** Node as a host: a process of the very Node that runs this one, with `worker.ts` as its program. */

import { join } from 'node:path';
import { isNodeTarget, type NodeTarget, type Target } from '../../../adapters/adapter.js';
import { TouchstoneError } from '../../../common/errors.js';
import { invocation } from '../../../common/invocation.js';
import { canStopProcesses, type WorkerProcess } from '../../process/worker-process.js';
import type { Installation } from '../../provision/installation.js';
import type { Availability, LaunchOptions, WorkerHost } from '../host.js';
import { packageFolder, packageVersion, packageVersions } from '../packages.js';
import { packagesInstallation } from '../packages-installation.js';
import { startWorkerProcess } from '../start-process.js';
import { addonInstallation } from './addons.js';

const host = {
  name: 'node',
  provision(target: Target) {
    const own = nodeTarget(target);
    return { installations: installationsOf(own), availability: () => availabilityOf(own) };
  },
  describe(target: Target) {
    const own = nodeTarget(target);
    return {
      versions: packageVersions(own),
      folders: own.packages.map((name) => packageFolder(own, name)),
      environment: null,
    };
  },
  launch(options: LaunchOptions): WorkerProcess {
    return startWorkerProcess(host, options, (root) => ({
      command: options.command ?? [process.execPath, join(root, 'build/runners/hosts/node/worker.js')],
      variables: {},
    }));
  },
  canPause: canStopProcesses,
  close: async () => undefined,
} satisfies WorkerHost;
export default host;

/** The packages of this project are there already; another version of them, and native code, are not. */
function installationsOf(target: NodeTarget): Installation<object>[] {
  return [
    ...(target.version === undefined ? [] : [packagesInstallation(target)]),
    ...(target.addon ? [addonInstallation(target, target.addon)] : []),
  ];
}

async function availabilityOf(target: NodeTarget): Promise<Availability> {
  const missing = target.packages.find((name) => packageVersion(target, name) === undefined);
  if (target.version === undefined && missing !== undefined) {
    return { available: false, reason: `npm package ${missing} is not installed`, fix: 'npm ci' };
  }
  for (const installation of installationsOf(target)) {
    const state = await installation.state();
    if (state.state !== 'ready') {
      return { available: false, reason: state.reason, fix: invocation(`setup ${target.name}`) };
    }
  }
  return { available: true };
}

function nodeTarget(target: Target): NodeTarget {
  if (isNodeTarget(target)) return target;
  throw new TouchstoneError('internal', `${target.name} is no Node target: it has no packages, or no open()`);
}
