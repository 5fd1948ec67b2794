/** What a null target measures the overhead of: a host, and of pages each browser by itself. */
import { isBrowserTarget, type Target } from '../../adapters/adapter.js';

/** `node`, `python`, `chromium`, `firefox`. */
export function carrierOf(target: Target): string {
  return isBrowserTarget(target) ? target.browser : target.host;
}
