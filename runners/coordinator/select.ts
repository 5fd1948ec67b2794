/** Picks named things by exact name or glob; a name that nothing matches gets the nearest one and exit code 2. */
import { closest } from 'fastest-levenshtein';
import type { Target } from '../../adapters/adapter.js';
import { atVersion, splitVersion } from '../../adapters/versions.js';
import { TouchstoneError } from '../../common/errors.js';
import { glob } from '../../common/glob.js';
import { invocation } from '../../common/invocation.js';

/**
 * The items that any of the patterns matches, in their own order.
 *
 * @param kind what the items are, for the message: `target`
 */
export function select<T extends { readonly name: string }>(
  kind: string,
  items: readonly T[],
  patterns: readonly string[],
): T[] {
  const available = items.map((item) => item.name);
  const matchers = patterns.map((pattern) => {
    const matches = glob(pattern);
    if (!available.some((name) => matches(name))) throw unknown(kind, pattern, available);
    return matches;
  });
  return items.filter((item) => matchers.some((matches) => matches(item.name)));
}

/**
 * Targets by name or glob; one of another version of its framework by `framework@version/backend`. In the order of
 * `items`, versions behind.
 */
export function selectTargets<T extends { readonly name: string; readonly target: Target }>(
  items: readonly T[],
  patterns: readonly string[],
): T[] {
  const split = patterns.map(splitVersion);
  const plain = split.filter(({ version }) => version === undefined).map(({ name }) => name);
  const others = split.flatMap(({ name, version }) =>
    version === undefined ? [] : select('target', items, [name]).map((item) => withVersion(item, version)),
  );
  return [...select('target', items, plain), ...others];
}

function withVersion<T extends { readonly target: Target }>(item: T, version: string): T {
  const target = atVersion(item.target, version);
  return { ...item, name: target.name, target };
}

function unknown(kind: string, given: string, available: readonly string[]): TouchstoneError {
  const nearest = available.length > 0 ? `did you mean ${closest(given, [...available])}? ` : '';
  return new TouchstoneError('usage', `no ${kind} matches ${given}`, {
    hint: `${nearest}\`${invocation('list')}\` shows them all`,
  });
}
