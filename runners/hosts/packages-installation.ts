/** Installs the npm packages of a target at another version. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { makeFolder } from '../../common/files.js';
import { stateFolder } from '../../common/paths.js';
import {
  clearInstallation,
  type Installation,
  type InstallationState,
  readStamp,
  writeStamp,
} from '../provision/installation.js';
import { unfinished } from '../provision/installation-lock.js';
import { newerVersionHint, resolvingVariables } from '../provision/published-before.js';
import { type PackagedTarget, packagesRoot, packageVersion } from './packages.js';

const stamp = z.object({ packages: z.array(z.string()), node: z.string() });

/**
 * The packages of a target at another version than the pinned one, as something to be installed. All of them have that
 * version: packages of one framework are published together.
 */
export function packagesInstallation(target: PackagedTarget): Installation<object> {
  const folder = packagesRoot(target);
  const name = target.name.replaceAll('/', '-');
  const wanted = target.packages.map((each) => `${each}@${target.version}`);
  const what = `packages of ${target.name}`;
  const logFile = join(stateFolder, 'logs', `packages-${name}.log`);
  return {
    what,
    title: wanted.join(', '),
    sizeMb: null,
    folder,
    logFile,
    state: async () => stateOf(target, wanted),
    async make({ report, signal, run }) {
      report?.(`installing ${wanted.join(', ')} into ${folder} (npm; the size is not known beforehand)`);
      await clearInstallation({ what, logFile }, folder);
      makeFolder(folder);
      writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true }));
      // Install scripts only download, as with the packages of the lock file.
      const flags = ['--ignore-scripts', '--save-exact', '--no-audit', '--no-fund', '--loglevel=error'];
      await run('npm', ['install', ...flags, ...wanted], {
        cwd: folder,
        environment: { ONNXRUNTIME_NODE_INSTALL: 'skip', ...resolvingVariables() },
        hint: newerVersionHint('npm_config_before'),
        isVersionAsked: true,
      });
      signal.throwIfAborted();
      writeStamp(folder, { packages: wanted, node: majorOfNode() });
      report?.(`installed ${wanted.join(', ')}`);
      return {};
    },
  };
}

async function stateOf(
  target: PackagedTarget,
  wanted: readonly string[],
): Promise<InstallationState<object>> {
  const folder = packagesRoot(target);
  if (!existsSync(folder)) return { state: 'missing', reason: `${wanted.join(', ')} is not installed` };
  const made = readStamp(folder, stamp);
  if (!made) return { state: 'broken', reason: await unfinished(folder, folder) };
  const missing = target.packages.find((name) => packageVersion(target, name) !== target.version);
  if (missing !== undefined) return { state: 'broken', reason: `${missing} is missing in ${folder}` };
  const same = made.packages.join() === wanted.join() && made.node === majorOfNode();
  return same ? { state: 'ready' } : { state: 'broken', reason: `${folder} was made for another Node` };
}

function majorOfNode(): string {
  return process.versions.node.split('.')[0] ?? '';
}
