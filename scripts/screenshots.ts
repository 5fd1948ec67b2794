/**
 * `npm run screenshots -- <run> [arguments of bench]`: the pictures of the documentation: the report of a real run in both themes at
 * 1300 and 390 px, and a recording of another one that is measured for it in a terminal. Look at them before they are committed.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { execa } from 'execa';
import { chromium } from 'playwright-core';
import { oneLine, TouchstoneError } from '../common/errors.js';
import { invocation } from '../common/invocation.js';
import { buildFolder, projectRoot } from '../common/paths.js';
import { findRun } from '../common/run/locate.js';
import { record } from './screenshots/record.js';
import { recordedSvg } from './screenshots/terminal-svg.js';

const images = join(projectRoot, 'docs', 'images');
/** As many pixels as a reader scrolls to at once, and twice as many on a phone's finer screen. */
const views = [
  { name: 'report', width: 1300, height: 900, scale: 1 },
  { name: 'report-phone', width: 390, height: 844, scale: 2 },
];

/** Of the terminal's; the whole is in the report. */
const maxLines = 42;
const columns = 100;
/** What is recorded unless other arguments are given: in a minute and a half all targets, one comparison. */
const ofEveryTarget = ['--workload', 'lenet5', '--mode', 'inference', '--batch', '1', '--time', '90s'];

try {
  const [name, ...own] = process.argv.slice(2);
  if (name === undefined) {
    throw new TouchstoneError('usage', 'no run is given', { hint: 'npm run screenshots -- <run>' });
  }
  await takeAll(findRun(name), own.length > 0 ? own : ofEveryTarget);
} catch (error) {
  process.stderr.write(`${oneLine(error)}\n`);
  process.exitCode = 2;
}

async function takeAll(folder: string, recorded: readonly string[]): Promise<void> {
  mkdirSync(images, { recursive: true });
  await execa(process.execPath, [join(buildFolder, 'bench.js'), 'report', folder], {
    cwd: projectRoot,
    env: { TOUCHSTONE_HISTORY: '' },
  });
  const out = mkdtempSync(join(tmpdir(), 'touchstone-recording-'));
  const program = [process.execPath, join(buildFolder, 'bench.js'), ...recorded, '--out', join(out, 'run')];
  const command = `$ ${invocation(recorded.join(' '))}`;
  const frames = (await record(program, columns, maxLines)).map(({ atMs, text }) => {
    // Where the report is on this machine is nobody's business.
    const lines = text.replaceAll(join(out, 'run'), '…').split('\n');
    const shown = [...lines.slice(0, maxLines), ...(lines.length > maxLines ? ['…'] : [])].join('\n');
    return { atMs, text: `${command}\n${shown}` };
  });
  rmSync(out, { recursive: true });
  writeFileSync(
    join(images, 'terminal.svg'),
    recordedSvg([{ atMs: 0, text: command }, ...frames], 'A recording of a run in the terminal'),
  );
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
