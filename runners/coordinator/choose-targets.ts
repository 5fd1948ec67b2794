/** Which targets a run measures, and which null targets measure the overhead there. */
import type { Framework, Target } from '../../adapters/adapter.js';
import { discoverFrameworks, discoverOutside } from '../../adapters/discover.js';
import { carrierOf } from '../hosts/carrier.js';
import { selectTargets } from './select.js';

export interface Choice {
  readonly framework: Framework;
  readonly target: Target;
}

/** Whether a target says of itself that it is in the set of that name. */
function isInSet({ isDefault, set }: Target, name: string): boolean {
  return name === 'default' ? isDefault === true : set === name;
}

/** Patterns in which the names of sets are replaced by those of their targets. */
export function withoutSets(
  all: readonly { readonly name: string; readonly target: Target }[],
  patterns: readonly string[],
): string[] {
  return patterns.flatMap((pattern) => {
    const members = all.filter(({ target }) => isInSet(target, pattern));
    return members.length > 0 ? members.map(({ name }) => name) : [pattern];
  });
}

/**
 * @param patterns names, globs and sets, such as `default`
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
  const named = patterns && withoutSets(all, patterns);
  const isMeant = ({ framework, target }: Choice) =>
    !target.isNull && (otherwise === 'all' || target.isDefault || outside.includes(framework));
  const chosen = named ? selectTargets(all, named) : all.filter(isMeant);
  const carriers = new Set(chosen.map(({ target }) => carrierOf(target)));
  const nulls = all.filter(({ target }) => target.isNull && carriers.has(carrierOf(target)));
  return { chosen, nulls };
}
