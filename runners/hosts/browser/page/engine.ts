/** The JavaScript engine of a browser, of which pages learn no more than the browser's version. */

/**
 * Chromium 156 has V8 15.6 (https://v8.dev/docs/version-numbers), and SpiderMonkey is counted as Firefox is.
 *
 * @param runtime `chromium 156.0.7000.1`
 * @returns `V8 15.6`; null for another browser
 */
export function engineOf(runtime: string): string | null {
  const [, browser, major = ''] = /^(\w+) (\d+)\./.exec(runtime) ?? [];
  if (browser === 'chromium') return `V8 ${Math.floor(Number(major) / 10)}.${Number(major) % 10}`;
  return browser === 'firefox' ? `SpiderMonkey ${major}` : null;
}
