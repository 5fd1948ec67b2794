/** Browsers as a host: a page of a fresh profile for each worker, behind a process of ours (`worker.ts`). */
import { join } from 'node:path';
import type { BrowserTarget, Target } from '../../../adapters/adapter.js';
import { invocation } from '../../../common/invocation.js';
import { canStopProcesses, type WorkerProcess } from '../../process/worker-process.js';
import type { Installation } from '../../provision/installation.js';
import type { Availability, LaunchOptions, WorkerHost } from '../host.js';
import { packageFolder, packageVersion, packageVersions } from '../packages.js';
import { packagesInstallation } from '../packages-installation.js';
import { startWorkerProcess } from '../start-process.js';
import { browserVersion, findBrowser, installCommand } from './browsers.js';
import { pageFolder, pageInstallation } from './bundle.js';
import { removeProfile } from './profiles.js';
import { browserTarget } from './target.js';

const host = {
  name: 'browser',
  provision(target: Target) {
    const own = browserTarget(target);
    return {
      installations: installationsOf(own),
      availability: () => availabilityOf(own),
      // What it lacks then is an interface or a device of the browser's.
      mend: installCommand(own.browser),
    };
  },
  describe(target: Target) {
    const own = browserTarget(target);
    const found = findBrowser(own.browser);
    const version = found.found ? browserVersion(found.program) : undefined;
    return {
      versions: { ...packageVersions(own), ...(version === undefined ? {} : { [own.browser]: version }) },
      folders: [...own.packages.map((name) => packageFolder(own, name)), pageFolder(own)],
      environment: null,
    };
  },
  launch(options: LaunchOptions): WorkerProcess {
    const program = 'build/runners/hosts/browser/worker.js';
    const worker = startWorkerProcess(host, options, (root) => ({
      command: options.command ?? [process.execPath, join(root, program), options.target.name],
      variables: {},
    }));
    const removed = worker.exited.then(async () => {
      if (worker.pid !== undefined) await removeProfile(worker.pid);
    });
    const kill = async () => {
      await worker.kill();
      await removed;
    };
    return { ...worker, kill };
  },
  canPause: canStopProcesses,
  close: async () => undefined,
} satisfies WorkerHost;
export default host;

function installationsOf(target: BrowserTarget): Installation<object>[] {
  return [
    ...(target.version === undefined ? [] : [packagesInstallation(target)]),
    // Without a browser there is nobody to show it to.
    ...(findBrowser(target.browser).found ? [pageInstallation(target)] : []),
  ];
}

async function availabilityOf(target: BrowserTarget): Promise<Availability> {
  const found = findBrowser(target.browser);
  if (!found.found) return { available: false, reason: found.reason, fix: found.fix };
  const missing = target.packages.find((name) => packageVersion(target, name) === undefined);
  if (target.version === undefined && missing !== undefined) {
    return { available: false, reason: `npm package ${missing} is not installed`, fix: 'npm ci' };
  }
  // A page is made on first use, in less than a second: only packages of another version have to be there.
  const packages = target.version === undefined ? undefined : await packagesInstallation(target).state();
  if (packages && packages.state !== 'ready') {
    return { available: false, reason: packages.reason, fix: invocation(`setup ${target.name}`) };
  }
  return { available: true };
}
