/** Which of the installed browsers shows pages. */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { discoverFrameworks } from '../../../adapters/discover.js';
import { defined } from '../../../common/at.js';
import { commandOf } from '../../../runners/coordinator/options.js';
import {
  browserVersion,
  chooseBrowser,
  findBrowser,
  installCommand,
} from '../../../runners/hosts/browser/browsers.js';
import browserHost from '../../../runners/hosts/browser/index.js';
import { doctor } from '../../../runners/machine/doctor.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'touchstone-browsers-'));
  await program('firefox', 'Mozilla Firefox 154.0');
  await program('google-chrome', 'Google Chrome 157.0.1.2');
  await program('my-browser', 'Microsoft Edge 158.0');
  await program('no-browser', 'a calculator 1.0');
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());

/** On PATH, with nothing else. */
async function program(name: string, version: string): Promise<void> {
  const path = join(folder, name);
  await writeFile(path, `#!/bin/sh\necho '${version}'\n`);
  await chmod(path, 0o755);
}

function alone(): void {
  vi.stubEnv('PATH', folder);
  vi.stubEnv('CHROME_PATH', undefined);
  vi.stubEnv('FIREFOX_PATH', undefined);
}

it('is the first on PATH, or the one that is chosen by its name or its path', () => {
  alone();
  expect(findBrowser('chromium')).toEqual({ found: true, program: join(folder, 'google-chrome') });
  expect(chooseBrowser('chrome')).toBe(join(folder, 'google-chrome'));
  expect(chooseBrowser(join(folder, 'my-browser'))).toBe(join(folder, 'my-browser'));
  expect(findBrowser('chromium')).toEqual({ found: true, program: join(folder, 'my-browser') });
  expect(chooseBrowser('firefox')).toBe(join(folder, 'firefox'));
  expect(browserVersion(join(folder, 'firefox'))).toBe('154.0');
  // A run that is repeated chooses them again.
  const command = commandOf({ threads: [1], seed: 1, deadline: 1, time: 1000 });
  expect(command).toContain(`--browser ${join(folder, 'my-browser')} --browser ${join(folder, 'firefox')}`);
});

it.each([
  ['edge', 'no such program'],
  ['no-browser', 'not a browser that is known here'],
  ['/nowhere/chrome', 'no such program'],
])('that is not there is refused: %s', (name, reason) => {
  alone();
  expect(() => chooseBrowser(name)).toThrow(reason);
});

it('what mends a page that does not come up is the command that installs its browser', async () => {
  const frameworks = await discoverFrameworks();
  const page = (name: string) =>
    defined(
      frameworks.flatMap(({ targets }) => targets).find((each) => each.name === name),
      name,
    );
  for (const name of ['onnxruntime/webnn@browser', 'tfjs/webgl@firefox']) {
    const { mend } = browserHost.provision(page(name));
    expect(mend).toBe(installCommand(name.endsWith('firefox') ? 'firefox' : 'chromium'));
    expect(mend).not.toContain('setup');
  }
  vi.stubEnv('CHROME_PATH', join(folder, 'google-chrome'));
  const onnxruntime = frameworks.filter(({ name }) => name === 'onnxruntime');
  const found = await doctor(onnxruntime, async () => {
    throw new Error('the browser has no WebNN');
  });
  const webnn = found.find(({ target }) => target === 'onnxruntime/webnn@browser');
  expect(webnn).toMatchObject({ available: false, fix: installCommand('chromium') });
});
