/** What a target needs, whether it is there, and how it is brought. */
import type { Target } from '../../adapters/adapter.js';
import { TouchstoneError } from '../../common/errors.js';
import { addonInstallation } from './addons.js';
import { environmentDefinition, variantOf } from './definition.js';
import { environmentInstallation, environmentState } from './environments.js';
import { type EnsureOptions, ensureInstallation, type Installation } from './installation.js';
import { findInterpreter } from './interpreter.js';
import { packagesInstallation, packageVersion } from './packages.js';

export type TargetAvailability =
  | { readonly available: true; readonly python?: string }
  /** `mend` is the command that makes it available. */
  | { readonly available: false; readonly reason: string; readonly mend: string };

/** The Python environment that a target needs; undefined for one that runs in Node. */
export function environmentOf(target: Target): string | undefined {
  if (target.host === 'node') return undefined;
  const { environmentName, distribution, version } = target;
  return version === undefined ? environmentName : variantOf(environmentName, distribution, version);
}

/** What is made for a target before it can run, in this order; nothing for one that lives in the packages of this project. */
export function installationsOf(target: Target): Installation<object>[] {
  const environment = environmentOf(target);
  if (environment !== undefined) return [environmentInstallation(environment)];
  if (target.host !== 'node') return [];
  return [
    ...(target.version === undefined ? [] : [packagesInstallation(target)]),
    ...(target.addon ? [addonInstallation(target, target.addon)] : []),
  ];
}

/**
 * Makes what targets need. They are independent, and most of an installation is waiting and unpacking, so all are
 * tried at once; then the first failure is thrown.
 *
 * @throws TouchstoneError('install')
 */
export async function ensureTargets(targets: readonly Target[], options: EnsureOptions): Promise<void> {
  const chains = new Map(
    targets.map((target) => {
      const chain = installationsOf(target);
      return [chain.map(({ folder }) => folder).join(), chain];
    }),
  );
  const missing = await notReady([...chains.values()]);
  announce(missing.flat(), options);
  const results = await Promise.allSettled(
    missing.map(async (chain) => {
      for (const installation of chain) await ensureInstallation(installation, options);
    }),
  );
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}

type Chain = readonly Installation<object>[];

/** Of each chain what is to be made; chains of which nothing is are left out. */
async function notReady(chains: readonly Chain[]): Promise<Chain[]> {
  const wanted = await Promise.all(
    chains.map(async (chain) => {
      const states = await Promise.all(chain.map((installation) => installation.state()));
      return chain.filter((_, place) => states[place]?.state !== 'ready');
    }),
  );
  return wanted.filter((chain) => chain.length > 0);
}

/** What is about to be downloaded, before anything is, so that one who has not the room can stop. */
function announce(wanted: readonly Installation<object>[], options: EnsureOptions): void {
  if (options.installedOnly || !options.report) return;
  if (wanted.length < 2) return;
  const listed = wanted.map(
    ({ title, sizeMb }) => `${title} (${sizeMb === null ? 'size not known' : `${sizeMb} MB`})`,
  );
  const totalMb = wanted.reduce((sum, { sizeMb }) => sum + (sizeMb ?? 0), 0);
  options.report(
    `to be installed, about ${(totalMb / 1000).toFixed(1)} GB: ${listed.join('; ')}. --targets chooses fewer, --installed-only none`,
  );
}

export async function targetAvailability(target: Target): Promise<TargetAvailability> {
  const environment = environmentOf(target);
  const mend = `npm run setup -- ${target.name}`;
  if (environment !== undefined) return pythonAvailability(environment, mend);
  if (target.host !== 'node') throw new TouchstoneError('internal', `${target.name} has no environment`);
  const missing = target.packages.find((name) => packageVersion(target, name) === undefined);
  if (target.version === undefined && missing !== undefined) {
    return { available: false, reason: `npm package ${missing} is not installed`, mend: 'npm ci' };
  }
  for (const installation of installationsOf(target)) {
    const state = await installation.state();
    if (state.state !== 'ready') return { available: false, reason: state.reason, mend };
  }
  return { available: true };
}

async function pythonAvailability(environment: string, mend: string): Promise<TargetAvailability> {
  const state = await environmentState(environment);
  if (state.state === 'ready') return { available: true, python: state.python };
  const interpreter = await findInterpreter(environmentDefinition(environment).python);
  if (!interpreter.found) return { available: false, reason: interpreter.reason, mend: interpreter.mend };
  return { available: false, reason: state.reason, mend };
}
