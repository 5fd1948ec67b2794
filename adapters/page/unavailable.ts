/** How a driver reports that the page, or the machine below it, lacks what the target computes with. */

/** The worker's protocol knows this name: the target becomes `unavailable`, not `failed`. */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError';
}
