/** What targets need, whether it is installed, and how it gets installed, whatever their host. */
import type { Target } from '../../adapters/adapter.js';
import { TouchstoneError } from '../../common/errors.js';
import { type EnsureOptions, ensureInstallation, type Installation } from '../provision/installation.js';
import { hostOf } from './discover.js';
import type { Availability } from './host.js';

export async function targetAvailability(target: Target): Promise<Availability> {
  return (await hostOf(target)).provision(target).availability();
}

/**
 * Makes what targets need. They are independent, and most of an installation is waiting and unpacking, so all are
 * tried at once; then the first failure is thrown, before all others that of a version that does not exist.
 *
 * @throws TouchstoneError('install'), or 'usage' for such a version
 */
export async function ensureTargets(targets: readonly Target[], options: EnsureOptions): Promise<void> {
  const chains = new Map<string, Chain>();
  for (const target of targets) {
    const { installations } = (await hostOf(target)).provision(target);
    chains.set(installations.map(({ folder }) => folder).join(), installations);
  }
  const missing = await notReady([...chains.values()]);
  announce(missing.flat(), options);
  const results = await Promise.allSettled(
    missing.map(async (chain) => {
      for (const installation of chain) await ensureInstallation(installation, options);
    }),
  );
  const reasons: unknown[] = results.flatMap((result) =>
    result.status === 'rejected' ? [result.reason] : [],
  );
  const worst = reasons.find(isUsageError) ?? reasons[0];
  if (worst !== undefined) throw worst;
}

function isUsageError(error: unknown): boolean {
  return error instanceof TouchstoneError && error.code === 'usage';
}

type Chain = readonly Installation<object>[];

/** The installations of each chain that are not ready; chains without any are left out. */
async function notReady(chains: readonly Chain[]): Promise<Chain[]> {
  const wanted = await Promise.all(
    chains.map(async (chain) => {
      const states = await Promise.all(chain.map((installation) => installation.state()));
      return chain.filter((_, place) => states[place]?.state !== 'ready');
    }),
  );
  return wanted.filter((chain) => chain.length > 0);
}

/** Announces downloads before they start, so that a user without the disk space can stop. */
function announce(wanted: readonly Installation<object>[], options: EnsureOptions): void {
  if (options.installedOnly || !options.report) return;
  if (wanted.length < 2) return;
  const listed = wanted.map(
    ({ title, sizeMb }) => `${title} (${sizeMb === null ? 'size unknown' : `${sizeMb} MB`})`,
  );
  const knownMb = wanted.flatMap(({ sizeMb }) => (sizeMb === null ? [] : [sizeMb]));
  const totalMb = knownMb.reduce((sum, sizeMb) => sum + sizeMb, 0);
  options.report(
    `to be installed, about ${(totalMb / 1000).toFixed(1)} GB: ${listed.join('; ')}. --targets chooses fewer, --installed-only none`,
  );
}
