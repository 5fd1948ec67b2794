/** `setup`: installs what targets need before a run. (`--remove` is handled by start.mjs, which needs nothing installed.) */
import { discoverFrameworks } from '../adapters/discover.js';
import { TouchstoneError } from '../common/errors.js';
import { invocation } from '../common/invocation.js';
import { withoutSets } from '../runners/coordinator/choose-targets.js';
import { selectTargets } from '../runners/coordinator/select.js';
import { ensureTargets } from '../runners/hosts/availability.js';
import { say } from './say.js';

export async function setupCommand(
  patterns: readonly string[],
  options: { all?: true; remove?: true },
): Promise<number> {
  const targets = (await discoverFrameworks())
    .flatMap((framework) => framework.targets)
    .map((target) => ({ name: target.name, target }));
  if (patterns.length === 0 && !options.all) {
    throw new TouchstoneError('usage', 'setup needs targets to set up', {
      hint: `name some, such as \`${invocation('setup pytorch/cpu')}\`, or all with --all`,
    });
  }
  const chosen = options.all ? targets : selectTargets(targets, withoutSets(targets, patterns));
  await ensureTargets(
    chosen.map(({ target }) => target),
    { report: say },
  );
  process.stdout.write(`ready: ${chosen.map(({ name }) => name).join(', ')}\n`);
  return 0;
}
