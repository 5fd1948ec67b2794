/** What `importFrom` does to a resolution; in older Nodes this module is loaded a second time, by the thread of hooks. */

export interface Origin {
  /** URL of a file in the folder from which packages are imported. */
  readonly parentURL: string;
  readonly packages: readonly string[];
  /** The root of Touchstone, which may itself lie in a `node_modules`. */
  readonly importer: string;
}

export interface Context {
  readonly parentURL?: string | undefined;
}

export type Resolution = { readonly url: string } | PromiseLike<{ readonly url: string }>;

/** The context as if the folder's own code imported, for its packages. */
export function redirect(
  { parentURL, packages, importer }: Origin,
  specifier: string,
  context: Context,
): Context {
  const isTheirs = packages.some((name) => specifier === name || specifier.startsWith(`${name}/`));
  // What the packages import of each other is found beside them already.
  const isOurs = !context.parentURL?.replace(importer, '/').includes('/node_modules/');
  return isTheirs && isOurs ? { ...context, parentURL } : context;
}

let origin: Origin | undefined;

/** Called by Node on the thread of hooks. */
export function initialize(data: Origin): void {
  origin = data;
}

/** Called by Node on the thread of hooks. */
export function resolve(
  specifier: string,
  context: Context,
  next: (specifier: string, context: Context) => Resolution,
): Resolution {
  return next(specifier, origin ? redirect(origin, specifier, context) : context);
}
