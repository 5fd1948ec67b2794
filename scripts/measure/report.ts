/**
 * `npm run measure:report`: size and speed of the report of made-up runs, from one cell to ten thousand, in a real Chromium; the
 * table goes to `docs/measurements/report.md`.
 *
 * Options: `-- --cells 1,120` some of the sizes; `--keep <folder>` where the run folders are left.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { type Browser, chromium } from 'playwright-core';
import { TouchstoneError } from '../../common/errors.js';
import { buildFolder, projectRoot } from '../../common/paths.js';
import { integers } from '../../common/values.js';
import { asGiven, publish } from './ledger.js';
import { manyCells } from './made-up-run.js';
import { say } from './new-run.js';
import { markdownTable } from './table.js';

const sizes = [1, 120, 1000, 10_000];
/** In place of a bar, where none is set for so many cells. */
const none = '–';

interface Bars {
  readonly megabytes?: number;
  readonly firstScreenMs?: number;
  readonly firstChartMs?: number;
  readonly baselineMs?: number;
  readonly makingSeconds?: number;
  readonly memoryMegabytes?: number;
}

const bars: Readonly<Record<number, Bars>> = {
  120: { megabytes: 0.9, firstChartMs: 1000 },
  10000: {
    ...{ megabytes: 6, firstScreenMs: 2000, baselineMs: 100 },
    ...{ makingSeconds: 20, memoryMegabytes: 600 },
  },
};

const sayMemory = "data:text/javascript,process.on('exit',()=>console.error(process.resourceUsage().maxRSS))";

// Text, not functions: the project's types know no browser.
const hasMatrix = "document.querySelector('#heat table td') && document.querySelector('#status').textContent";
const isDrawn = "Boolean(document.querySelector('#ratios .chart.alive svg'))";
const changeBaseline = `(() => {
  const select = document.querySelector('select[name=baseline]');
  select.value = select.options[2]?.value ?? select.options[1]?.value ?? '';
  const before = performance.now();
  select.dispatchEvent(new Event('change', { bubbles: true }));
  document.body.getBoundingClientRect();
  return performance.now() - before;
})()`;

const { values } = parseArgs({
  options: { cells: { type: 'string' }, keep: { type: 'string' } },
});
const folder = values.keep ?? mkdtempSync(join(tmpdir(), 'touchstone-measure-report-'));
const browser = await launch();
const rows: string[][] = [];
for (const cells of values.cells === undefined ? sizes : integers(values.cells)) {
  say(`${cells} cells`);
  rows.push(...(await rowsOf(cells)));
}
await browser.close();
publish(
  'report',
  markdownTable(['cells', 'what', 'measured', 'bar', 'bar met'], rows),
  asGiven('npm run measure:report'),
);
if (values.keep === undefined) rmSync(folder, { recursive: true });

async function launch(): Promise<Browser> {
  const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
    existsSync,
  );
  if (executablePath === undefined) {
    throw new TouchstoneError('install', 'there is no Chromium here', { hint: 'apt-get install chromium' });
  }
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
}

async function rowsOf(cells: number): Promise<string[][]> {
  const own = bars[cells] ?? {};
  const run = writeRun(cells);
  const made = await make(run);
  const megabytes = sizeOf(run) / 1e6;
  const seen = await look(join(run, 'report.html'));
  const row = (what: string, value: number, unit: string, bar: number | undefined) => [
    String(cells),
    what,
    `${value.toPrecision(3)} ${unit}`,
    bar === undefined ? none : `≤ ${bar} ${unit}`,
    bar === undefined ? none : value <= bar ? 'yes' : 'no',
  ];
  return [
    row('all files of the report', megabytes, 'MB', own.megabytes),
    row('to the first screen', seen.firstScreenMs, 'ms', own.firstScreenMs),
    ...(seen.firstChartMs === undefined
      ? []
      : [row('to the first chart drawn by its script', seen.firstChartMs, 'ms', own.firstChartMs)]),
    row('change of the baseline', seen.baselineMs, 'ms', own.baselineMs),
    row('`report`, from the events to the page', made.seconds, 's', own.makingSeconds),
    row('its memory', made.megabytes, 'MB', own.memoryMegabytes),
  ];
}

function writeRun(cells: number): string {
  const run = join(folder, `cells-${cells}`);
  mkdirSync(run, { recursive: true });
  const { manifest, events } = manyCells(cells);
  writeFileSync(join(run, 'manifest.json'), JSON.stringify(manifest));
  writeFileSync(join(run, 'events.ndjson'), events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  return run;
}

/** As a user types it, in a process of its own. */
async function make(run: string): Promise<{ seconds: number; megabytes: number }> {
  const startedMs = performance.now();
  const program = ['--import', sayMemory, join(buildFolder, 'bench.js'), 'report', run];
  const { stderr } = await execa(process.execPath, program, {
    cwd: projectRoot,
    env: { TOUCHSTONE_HISTORY: '' },
    maxBuffer: 1e9,
  });
  const kilobytes = Number(stderr.trim().split('\n').at(-1));
  return { seconds: (performance.now() - startedMs) / 1000, megabytes: kilobytes / 1000 };
}

function sizeOf(run: string): number {
  const pages = join(run, 'report');
  const beside = existsSync(pages) ? readdirSync(pages).map((name) => join(pages, name)) : [];
  return [join(run, 'report.html'), ...beside].reduce((sum, path) => sum + statSync(path).size, 0);
}

interface Seen {
  readonly firstScreenMs: number;
  /** Undefined where the page has no chart. */
  readonly firstChartMs: number | undefined;
  readonly baselineMs: number;
}

async function look(path: string): Promise<Seen> {
  const page = await browser.newPage({ viewport: { width: 1300, height: 900 } });
  const startedMs = performance.now();
  await page.goto(pathToFileURL(path).href, { waitUntil: 'commit' });
  const since = async (expression: string) => {
    while (!(await page.evaluate(expression).catch(() => false))) {
      if (performance.now() - startedMs > 60_000) throw new Error(`${path}: never ${expression}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return performance.now() - startedMs;
  };
  const firstScreenMs = await since(hasMatrix);
  const chart = page.locator('#ratios .chart');
  let firstChartMs: number | undefined;
  if ((await chart.count()) > 0) {
    await chart.scrollIntoViewIfNeeded();
    firstChartMs = (await page.locator('#ratios .chart svg').count()) > 0 ? await since(isDrawn) : undefined;
  }
  const times: number[] = [];
  for (let repeat = 0; repeat < 3; repeat++) times.push(await page.evaluate<number>(changeBaseline));
  await page.close();
  return { firstScreenMs, firstChartMs, baselineMs: Math.max(...times) };
}
