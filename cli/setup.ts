/** `setup`: installs what targets need ahead of a run. (`--remove` is done by start.mjs, which needs nothing installed.) */
import { discoverFrameworks } from '../adapters/discover.js';
import { TouchstoneError } from '../common/errors.js';
import { selectTargets } from '../runners/coordinator/select.js';
import { ensureTargets } from '../runners/hosts/availability.js';

export async function setupCommand(
  patterns: readonly string[],
  options: { all?: true; remove?: true },
): Promise<number> {
  const targets = (await discoverFrameworks())
    .flatMap((framework) => framework.targets)
    .map((target) => ({ name: target.name, target }));
  if (patterns.length === 0 && !options.all) {
    throw new TouchstoneError('usage', 'setup needs targets to set up', {
      hint: 'name some, such as `npm run setup -- pytorch/cpu`, or all with --all',
    });
  }
  const chosen = options.all ? targets : selectTargets(targets, patterns);
  await ensureTargets(
    chosen.map(({ target }) => target),
    { report: (line) => void process.stderr.write(`${line}\n`) },
  );
  process.stdout.write(`ready: ${chosen.map(({ name }) => name).join(', ')}\n`);
  return 0;
}
