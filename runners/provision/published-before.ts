/** Both pip and npm resolve by what was published before this moment, so that the same names give the same packages later. */
export const publishedBefore = '2026-11-30T00:00:00Z';

/**
 * What makes pip and npm resolve by `publishedBefore`: their own variables, so that a user who sets one chooses another day. A version
 * that is asked for may be newer than this Touchstone.
 */
export function resolvingVariables(): Record<string, string> {
  return {
    PIP_UPLOADED_PRIOR_TO: process.env.PIP_UPLOADED_PRIOR_TO ?? publishedBefore,
    npm_config_before: process.env.npm_config_before ?? publishedBefore,
  };
}

/** What to do where a version is not found because it is newer. */
export function newerVersionHint(variable: keyof ReturnType<typeof resolvingVariables>): string {
  const chosen = resolvingVariables()[variable];
  return `releases count that were published before ${chosen}; ${variable} sets another day`;
}
