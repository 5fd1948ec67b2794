/** `report --site <folder> <runs…>`: runs as a static site. */
import { exitStatus, TouchstoneError } from '../common/errors.js';
import { writeSite } from '../reports/site/index.js';
import { say } from './say.js';

export interface SiteOptions {
  /** Its folder. */
  readonly site?: string;
  /** Where it will be, for what has to name it in full. */
  readonly siteUrl?: string;
}

/** Exit status 2 where a run could not be read. @throws TouchstoneError('usage') */
export async function siteCommand(runs: readonly string[], { site, siteUrl }: SiteOptions): Promise<number> {
  if (site === undefined) {
    throw new TouchstoneError('usage', 'several runs, or the address of a site, without --site', {
      hint: 'make a site of runs with --site <folder>, compare them with `compare`, or name one run',
    });
  }
  const { first, leftOut, unread } = await writeSite(site, runs, siteUrl);
  for (const text of [...unread, ...leftOut]) say(`left out: ${text}`);
  process.stdout.write(`site: ${first}\n`);
  return unread.length === 0 ? 0 : exitStatus.usage;
}
