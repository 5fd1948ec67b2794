/** Which targets a run measures, and which null targets measure the overhead there. */
import type { Framework, Target } from '../../adapters/adapter.js';
import { discoverFrameworks, discoverOutside } from '../../adapters/discover.js';
import { carrierOf } from '../hosts/carrier.js';
import { selectTargets } from './select.js';

export interface Choice {
  readonly framework: Framework;
  readonly target: Target;
}

/** The name of a set of targets: those that say of themselves that they are in it. */
const defaultSet = 'default';

/**
 * @param patterns names, globs and `default`
 * @param otherwise where there are none: the default set, and what `--adapter` adds; or all real targets
 */
export async function chooseTargets(
  patterns: readonly string[] | undefined,
  otherwise: 'default' | 'all' = 'default',
) {
  const [frameworks, outside] = await Promise.all([discoverFrameworks(), discoverOutside()]);
  const all = frameworks.flatMap((framework) =>
    framework.targets.map((target) => ({ name: target.name, framework, target })),
  );
  const named = patterns?.flatMap((pattern) =>
    pattern === defaultSet ? all.flatMap(({ name, target }) => (target.isDefault ? [name] : [])) : [pattern],
  );
  const isMeant = ({ framework, target }: Choice) =>
    !target.isNull && (otherwise === 'all' || target.isDefault || outside.includes(framework));
  const chosen = named ? selectTargets(all, named) : all.filter(isMeant);
  const carriers = new Set(chosen.map(({ target }) => carrierOf(target)));
  const nulls = all.filter(({ target }) => target.isNull && carriers.has(carrierOf(target)));
  return { chosen, nulls };
}
