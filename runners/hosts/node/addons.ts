/** Addons: native code that npm's own installation of a package would download, made in the package's folder. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { z } from 'zod';
import type { Addon, NodeTarget } from '../../../adapters/adapter.js';
import { TouchstoneError } from '../../../common/errors.js';
import { makeFolder } from '../../../common/files.js';
import { stateFolder } from '../../../common/paths.js';
import { ensureEnvironment, environmentState } from '../../provision/environments.js';
import {
  clearInstallation,
  type Installation,
  type InstallationState,
  readStamp,
  writeStamp,
} from '../../provision/installation.js';
import { unfinished } from '../../provision/installation-lock.js';
import { packageFolder, packageVersion } from '../packages.js';

const stamp = z.object({
  version: z.string(),
  node: z.string(),
  /** What the adapter said: one line. */
  origin: z.string(),
  /** Python environments that it is linked to. */
  environments: z.array(z.string()),
});

/** Where a target's addon comes from, as its adapter said when it was made; undefined where there is none. */
export function addonOrigin(target: NodeTarget): string | undefined {
  return target.addon && readStamp(folderOf(target, target.addon), stamp)?.origin;
}

export function addonInstallation(target: NodeTarget, addon: Addon): Installation<object> {
  const packages = packageFolder(target, addon.package);
  const folder = folderOf(target, addon);
  const what = `addon of ${target.name}`;
  const logFile = join(stateFolder, 'logs', `addon-${target.name.replaceAll('/', '-')}.log`);
  return {
    what,
    title: `the addon of ${addon.package}`,
    sizeMb: addon.sizeMb,
    folder,
    logFile,
    state: () => stateOf(target, addon),
    async make({ report, signal, run }) {
      const version = packageVersion(target, addon.package);
      if (version === undefined) throw new TouchstoneError('install', `${addon.package} is not installed`);
      report?.(`installing the addon of ${addon.package}: about ${addon.sizeMb} MB into ${packages}`);
      await clearInstallation({ what, logFile }, folder);
      makeFolder(folder);
      const environments: string[] = [];
      const origin = await addon.make({
        folder: packages,
        cache: join(stateFolder, 'cache'),
        run: (file, parameters, environment = {}) => run(file, parameters, { cwd: packages, environment }),
        async environment(name) {
          environments.push(name);
          const { python } = await ensureEnvironment(name, { report });
          return { python, packages: await sitePackages(python) };
        },
      });
      signal.throwIfAborted();
      writeStamp(folder, { version, node: abi(), origin, environments });
      report?.(`installed the addon of ${addon.package}: ${origin}`);
      return {};
    },
  };
}

async function stateOf(target: NodeTarget, addon: Addon): Promise<InstallationState<object>> {
  const folder = folderOf(target, addon);
  const what = `the addon of ${addon.package}`;
  if (!existsSync(folder)) return { state: 'missing', reason: `${what} is not built` };
  const made = readStamp(folder, stamp);
  if (!made) return { state: 'broken', reason: await unfinished(folder, what) };
  if (made.node !== abi()) return { state: 'broken', reason: `${what} was built for another Node` };
  if (made.version !== packageVersion(target, addon.package)) {
    return { state: 'broken', reason: `${what} was built for another version of it` };
  }
  for (const name of made.environments) {
    const environment = await environmentState(name);
    if (environment.state !== 'ready') {
      return { state: 'broken', reason: `${what} is linked to environment ${name}, which is not ready` };
    }
  }
  return { state: 'ready' };
}

/** Inside the package, so that it goes and comes with it. */
function folderOf(target: NodeTarget, addon: Addon): string {
  return join(packageFolder(target, addon.package), '.touchstone-addon');
}

function abi(): string {
  return `${process.platform} ${process.arch} ${process.versions.modules}`;
}

async function sitePackages(python: string): Promise<string> {
  const program = 'import sysconfig; print(sysconfig.get_path("purelib"))';
  return (await execa(python, ['-I', '-c', program])).stdout.trim();
}
