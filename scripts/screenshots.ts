/**
 * `npm run screenshots -- <run>`: the pictures of the documentation, from a real run: its report in both themes at 1300 and 390 px,
 * and what the terminal said of it. Look at them before they are committed.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { execa } from 'execa';
import { chromium } from 'playwright-core';
import { oneLine, TouchstoneError } from '../common/errors.js';
import { invocation } from '../common/invocation.js';
import { buildFolder, projectRoot } from '../common/paths.js';
import { findRun } from '../common/run/locate.js';
import { terminalSvg } from './screenshots/terminal-svg.js';

const images = join(projectRoot, 'docs', 'images');
/** As many pixels as a reader scrolls to at once, and twice as many on a phone's finer screen. */
const views = [
  { name: 'report', width: 1300, height: 900, scale: 1 },
  { name: 'report-phone', width: 390, height: 844, scale: 2 },
];

/** Of the terminal's; the whole is in the report. */
const maxLines = 42;

try {
  const [name] = process.argv.slice(2);
  if (name === undefined) {
    throw new TouchstoneError('usage', 'no run is given', { hint: 'npm run screenshots -- <run>' });
  }
  await takeAll(findRun(name));
} catch (error) {
  process.stderr.write(`${oneLine(error)}\n`);
  process.exitCode = 2;
}

async function takeAll(folder: string): Promise<void> {
  mkdirSync(images, { recursive: true });
  const { stdout } = await execa(process.execPath, [join(buildFolder, 'bench.js'), 'report', folder], {
    cwd: projectRoot,
    env: { FORCE_COLOR: '1', TOUCHSTONE_HISTORY: '' },
  });
  // Where the report is on this machine is nobody's business.
  const lines = stdout.replaceAll(folder, '…').trimEnd().split('\n');
  const shown = [...lines.slice(0, maxLines), ...(lines.length > maxLines ? ['…'] : [])].join('\n');
  const command = `$ ${invocation('report')} …`;
  writeFileSync(join(images, 'terminal.svg'), terminalSvg(`${command}\n${shown}`, 'A run in the terminal'));
  await photograph(join(folder, 'report.html'));
}

async function photograph(page: string): Promise<void> {
  const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
    existsSync,
  );
  if (executablePath === undefined) {
    throw new TouchstoneError('install', 'there is no Chromium here', { hint: 'apt-get install chromium' });
  }
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  for (const { name, width, height, scale } of views) {
    for (const colorScheme of ['light', 'dark'] as const) {
      const context = await browser.newContext({
        ...{ colorScheme, viewport: { width, height }, deviceScaleFactor: scale },
      });
      const opened = await context.newPage();
      await opened.goto(pathToFileURL(page).href);
      await opened.waitForLoadState('load');
      // A phone shows the sentences or the matrix.
      if (width < height) await opened.evaluate("document.getElementById('matrix').scrollIntoView()");
      const file = join(images, `${name}-${colorScheme}.png`);
      await opened.screenshot({ path: file });
      process.stdout.write(`${file}\n`);
      await context.close();
    }
  }
  await browser.close();
}
