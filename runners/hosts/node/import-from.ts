/** Lets an adapter import its framework from another folder than this project's `node_modules`, as it stands. */
import * as nodeModule from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectRoot } from '../../../common/paths.js';
import { type Context, type Origin, type Resolution, redirect } from './import-hooks.js';

type Resolve = (
  specifier: string,
  context: Context,
  next: (specifier: string, context: Context) => Resolution,
) => Resolution;
/** Since Node 22.15; the older `register` runs hooks on a thread of its own, and is being taken away. */
const { registerHooks } = nodeModule as { registerHooks?: (hooks: { resolve: Resolve }) => unknown };

/**
 * From now on these packages, and what is inside them, come from `<folder>/node_modules`. What they need themselves is
 * found beside them by Node's own rules.
 */
export function importFrom(folder: string, packages: readonly string[]): void {
  const origin: Origin = {
    parentURL: pathToFileURL(join(folder, 'package.json')).href,
    packages,
    importer: pathToFileURL(`${projectRoot}/`).href,
  };
  if (registerHooks) {
    registerHooks({
      resolve: (specifier, context, next) => next(specifier, redirect(origin, specifier, context)),
    });
  } else {
    nodeModule.register('./import-hooks.js', import.meta.url, { data: origin });
  }
}
