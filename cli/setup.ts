/** `setup`: installs the environments of targets ahead of a run. (`--remove` is done by start.mjs, which needs nothing installed.) */
import { discoverFrameworks } from '../adapters/discover.js';
import { TouchstoneError } from '../common/errors.js';
import { environmentOf } from '../runners/provision/availability.js';
import { ensureEnvironments } from '../runners/provision/environments.js';
import { select } from './select.js';

export async function setupCommand(
  patterns: readonly string[],
  options: { all?: true; remove?: true },
): Promise<number> {
  const targets = (await discoverFrameworks()).flatMap((framework) => framework.targets);
  if (patterns.length === 0 && !options.all) {
    throw new TouchstoneError('usage', 'setup needs targets to set up', {
      hint: 'name some, such as `npm run setup -- pytorch/cpu`, or all with --all',
    });
  }
  const chosen = options.all ? targets : select('target', targets, patterns);
  const environments = chosen.flatMap((target) => environmentOf(target) ?? []);
  await ensureEnvironments([...new Set(environments)], {
    report: (line) => void process.stderr.write(`${line}\n`),
  });
  process.stdout.write(`ready: ${chosen.map((target) => target.name).join(', ')}\n`);
  return 0;
}
