import { type BrowserTarget, isBrowserTarget, type Target } from '../../../adapters/adapter.js';
import { TouchstoneError } from '../../../common/errors.js';

export function browserTarget(target: Target): BrowserTarget {
  if (isBrowserTarget(target)) return target;
  throw new TouchstoneError(
    'internal',
    `${target.name} is no target of a browser: it names no browser, no packages or no module`,
  );
}
