/** Descriptors of targets in a page, once for all browsers. */
import { at } from '../../common/at.js';
import type { BrowserKind, BrowserTarget } from '../adapter.js';

/** What all browsers share. */
export type PageTarget = Omit<BrowserTarget, 'host' | 'browser'>;

/** The browsers, with what the names and the summaries of their targets end in. */
const browsers = {
  chromium: { suffix: 'browser', place: 'in a page of Chromium' },
  firefox: { suffix: 'firefox', place: 'in a page of Firefox' },
} as const satisfies Readonly<Record<BrowserKind, { suffix: string; place: string }>>;

const everyBrowser = Object.keys(browsers) as BrowserKind[];

/**
 * A target for each browser: `tfjs/wasm` becomes `tfjs/wasm@browser` in Chromium and `tfjs/wasm@firefox` in Firefox.
 *
 * @param kinds the browsers that have what the target takes
 */
export function inBrowsers(
  target: PageTarget,
  kinds: readonly BrowserKind[] = everyBrowser,
): BrowserTarget[] {
  return kinds.map((browser) => {
    const { suffix, place } = browsers[browser];
    return {
      ...target,
      name: `${target.name}${target.name.includes('/') ? '@' : '/'}${suffix}`,
      summary: `${target.summary}, ${place}`,
      host: 'browser',
      browser,
    };
  });
}

const visitors = { suffix: 'visitor', place: 'in the browser of a visitor' };

/** The same in the browser of a visitor, whichever that is: `tfjs/wasm@browser` becomes `tfjs/wasm@visitor`. */
export function ofVisitor(target: BrowserTarget): Pick<BrowserTarget, 'name' | 'summary'> {
  const { suffix } = browsers[target.browser];
  return {
    name: `${target.name.slice(0, -suffix.length)}${visitors.suffix}`,
    summary: `${withoutPlace(target)}, ${visitors.place}`,
  };
}

/** The summary of a target without the browser that it is for. */
export function withoutPlace({ summary, browser }: BrowserTarget): string {
  const place = `, ${browsers[browser].place}`;
  return summary.endsWith(place) ? summary.slice(0, -place.length) : summary;
}

/** `wasm` of `tfjs/wasm@firefox`. */
export function backendOf(target: string): string {
  return at(at(target.split('/'), 1, `the name ${target}`).split('@'), 0);
}
