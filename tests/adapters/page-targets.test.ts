/** Targets in pages of browsers: one for each browser, from modules that need nothing of Node. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { type BrowserTarget, isBrowserTarget } from '../../adapters/adapter.js';
import { discoverFrameworks } from '../../adapters/discover.js';
import { backendOf, inBrowsers } from '../../adapters/page/targets.js';
import { defined } from '../../common/at.js';
import { installedPackage } from '../../common/paths.js';

const targets = (await discoverFrameworks())
  .flatMap((framework) => framework.targets)
  .filter(isBrowserTarget);

function target(name: string): BrowserTarget {
  return defined(
    targets.find((each) => each.name === name),
    name,
  );
}

test('a target has a name and a summary for each browser, and the same backend in both', () => {
  const [chromium, firefox, ...others] = inBrowsers(target('tfjs/wasm@browser')).map(
    ({ summary, browser }) => ({
      browser,
      summary,
    }),
  );
  const named = { ...target('tfjs/wasm@browser'), name: 'x/y' };
  expect(inBrowsers(named, { workers: true }).map(({ name, thread }) => [name, thread])).toEqual([
    ['x/y@browser', undefined],
    ['x/y@firefox', undefined],
    ['x/y@browser-worker', 'worker'],
    ['x/y@firefox-worker', 'worker'],
  ]);
  expect(others).toEqual([]);
  expect([chromium?.browser, firefox?.browser]).toEqual(['chromium', 'firefox']);
  expect(chromium?.summary).toMatch(/Chromium$/);
  expect(firefox?.summary).toMatch(/Firefox$/);
  for (const { name, browser } of targets) {
    expect(name).toMatch(browser === 'firefox' ? /[@/]firefox(-worker)?$/ : /[@/]browser(-worker)?$/);
    if (name.includes('@')) expect(name).toMatch(new RegExp(`/${backendOf(name)}@`));
  }
});

test('Firefox has every target but those of an interface that it lacks', () => {
  const namesIn = (browser: string) =>
    targets
      .filter((each) => each.browser === browser)
      .map(({ name }) => name.replace(/(browser|firefox)(?=(-worker)?$)/, ''));
  expect(namesIn('firefox')).toEqual(namesIn('chromium').filter((name) => name !== 'onnxruntime/webnn@'));
});

test('none is measured unless it is asked for', () => {
  expect(targets.filter(({ isDefault }) => isDefault)).toEqual([]);
});

test('only Keras.js compiles JavaScript from text', () => {
  for (const { name, evaluates } of targets)
    expect(evaluates ?? false, name).toBe(name.startsWith('kerasjs/'));
});

test('packages are installed', () => {
  for (const { name, packages } of targets)
    for (const each of packages) expect(existsSync(installedPackage(each)), `${each} of ${name}`).toBe(true);
});

const modules = [...new Set(targets.map(({ module }) => fileURLToPath(module).replace(/\.js$/, '.ts')))];

test.each(modules)('what %s imports runs in a browser', async (path) => {
  // Fails where something needs Node.
  const { outputFiles } = await build({
    entryPoints: [path],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    logLevel: 'silent',
  });
  expect(outputFiles[0]?.text).toMatch(/export \{[^}]*\bopen\b/);
});
