/** Descriptors of targets in a page, once for all browsers. */
import { at } from '../../common/at.js';
import type { BrowserKind, BrowserTarget } from '../adapter.js';

/** What all browsers share. */
export type PageTarget = Omit<BrowserTarget, 'host' | 'browser'>;

/** The browsers, with what the names and the summaries of their targets end in. */
const browsers = {
  chromium: { suffix: 'browser', title: 'Chromium' },
  firefox: { suffix: 'firefox', title: 'Firefox' },
} as const satisfies Readonly<Record<BrowserKind, { suffix: string; title: string }>>;

const everyBrowser = Object.keys(browsers) as BrowserKind[];

export interface Placing {
  /** The browsers that have what the target takes; all by default. */
  readonly kinds?: readonly BrowserKind[];
  /** Whether it runs in a dedicated worker of a page as well, which has no document. */
  readonly workers?: true;
}

/**
 * A target for each browser: `tfjs/wasm` becomes `tfjs/wasm@browser` in Chromium and `tfjs/wasm@firefox` in Firefox, on the thread of
 * the page; in a dedicated worker `tfjs/wasm@browser-worker` and `tfjs/wasm@firefox-worker`.
 */
export function inBrowsers(
  target: PageTarget,
  { kinds = everyBrowser, workers }: Placing = {},
): BrowserTarget[] {
  const pages = kinds.map((browser) => placed(target, browser));
  return workers ? [...pages, ...kinds.map((browser) => placed(target, browser, 'worker'))] : pages;
}

function placed(target: PageTarget, browser: BrowserKind, thread?: 'worker'): BrowserTarget {
  const { suffix } = browsers[browser];
  return {
    ...target,
    name: `${target.name}${target.name.includes('/') ? '@' : '/'}${suffix}${thread === undefined ? '' : `-${thread}`}`,
    summary: `${target.summary}${placeOf(browser, thread)}`,
    host: 'browser',
    browser,
    ...(thread === undefined ? {} : { thread }),
  };
}

function placeOf(browser: BrowserKind, thread: 'worker' | undefined): string {
  return `, in ${thread === undefined ? 'a page' : 'a dedicated worker of a page'} of ${browsers[browser].title}`;
}

const visitors = { suffix: 'visitor', place: 'in the browser of a visitor' };

/** The same in the browser of a visitor, whichever that is, and on whichever thread: `tfjs/wasm@browser` becomes `tfjs/wasm@visitor`. */
export function ofVisitor(target: BrowserTarget): Pick<BrowserTarget, 'name' | 'summary'> {
  const { suffix } = browsers[target.browser];
  return {
    name: target.name.replace(new RegExp(`${suffix}(-worker)?$`), visitors.suffix),
    summary: `${withoutPlace(target)}, ${visitors.place}`,
  };
}

/** The summary of a target without the browser that it is for. */
export function withoutPlace({ summary, browser, thread }: BrowserTarget): string {
  const place = placeOf(browser, thread);
  return summary.endsWith(place) ? summary.slice(0, -place.length) : summary;
}

/** `wasm` of `tfjs/wasm@firefox`. */
export function backendOf(target: string): string {
  return at(at(target.split('/'), 1, `the name ${target}`).split('@'), 0);
}
