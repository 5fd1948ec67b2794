/**
 * Every target that has to be there, kept by hand in `targets.json` so that one that silently went missing is noticed.
 * `.ci/check-results.mjs` reads the same file.
 */
import targets from './targets.json' with { type: 'json' };

export interface ExpectedTarget {
  readonly name: string;
  /** Whether a run without `--targets` measures it. */
  readonly isDefault: boolean;
  /** Computes on several threads by its own documentation, in LeNet-5 at batch 64. */
  readonly isParallel: boolean;
  /** What it cannot do of the smoke suite, `workload:mode`, with a pattern that the reason matches. */
  readonly unsupported: Readonly<Record<string, string | undefined>>;
}

export const expectedTargets: readonly ExpectedTarget[] = Object.entries(targets).map(([name, target]) => ({
  name,
  isDefault: true,
  ...target,
}));

/** Names of those that a run without `--targets` does not measure. */
export const otherNames: readonly string[] = expectedTargets
  .filter(({ isDefault }) => !isDefault)
  .map(({ name }) => name);

/** Names of all that are not in a page of a browser. */
export const namesOutsidePages: readonly string[] = expectedTargets
  .map(({ name }) => name)
  .filter((name) => !name.includes('@'));

/** Names of the default targets of these frameworks, or of all, sorted. */
export function expectedNames(...frameworks: string[]): string[] {
  const names = expectedTargets.filter(({ isDefault }) => isDefault).map(({ name }) => name);
  const isWanted = (name: string) =>
    frameworks.length === 0 || frameworks.some((framework) => name.startsWith(`${framework}/`));
  return names.filter(isWanted).sort();
}
