/** `serve` with a real browser: what a visitor does, and what is left of it. */
import { existsSync, readdirSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { execa, execaSync } from 'execa';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { buildFolder, runsFolder } from '../../common/paths.js';
import { GraphBuilder } from '../../model/builder.js';
import { findBrowser } from '../../runners/hosts/browser/browsers.js';
import lenet5 from '../../suites/cnn/lenet5.js';
import { bench, finishedTurns, readResults, temporaryFolder, until } from './command.js';

const found = findBrowser('chromium');
const hasOpenssl = execaSync('openssl', ['version'], { reject: false }).exitCode === 0;
const pages = join(buildFolder, 'tests/runners/hosts/browser/pages.js');
/** A run waits until every other of this checkout has measured. */
const patienceMs = 500_000;

interface Serving {
  readonly url: string;
  /** Everything that it has said so far. */
  said(): string;
  stop(): Promise<{ exitCode: number | undefined; stderr: string }>;
}

describe.skipIf(!found.found)('serve', () => {
  let browser: Browser;
  let serving: Serving | undefined;
  const measured = new Set<string>();

  beforeAll(async () => {
    const executablePath = found.found ? found.program : '';
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  });
  afterEach(async () => {
    await serving?.stop();
    serving = undefined;
  });
  afterAll(async () => {
    await browser.close();
    for (const run of measured) await rm(join(runsFolder, run), { recursive: true, force: true });
  });

  async function serve(args: readonly string[] = [], env: Record<string, string> = {}): Promise<Serving> {
    const running = bench(['serve', ...args], { env });
    const output = { stdout: '', stderr: '' };
    running.stdout?.on('data', (chunk) => {
      output.stdout += String(chunk);
    });
    running.stderr?.on('data', (chunk) => {
      output.stderr += String(chunk);
    });
    await until('an address', () => output.stdout.includes('\n') && output.stderr.includes('until Ctrl-C\n'));
    const own: Serving = {
      url: output.stdout.trim(),
      said: () => output.stderr,
      async stop() {
        running.kill('SIGINT');
        const { exitCode, stderr } = await running;
        return { exitCode, stderr: String(stderr) };
      },
    };
    serving = own;
    return own;
  }

  /** A page whose every complaint fails the test. */
  async function open(url: string): Promise<{ page: Page; troubles: string[] }> {
    const page = await browser.newPage();
    const troubles: string[] = [];
    page.on('console', (message) => {
      // Frames ask whether files are there that an artefact need not have.
      const isOfFrame = message.location().url.includes('/frames/');
      if (message.type() === 'error' && !isOfFrame) troubles.push(message.text());
    });
    page.on('pageerror', (error) => troubles.push(error.message));
    await page.goto(url);
    return { page, troubles };
  }

  /** LeNet-5 at batch 1 on these targets. */
  async function choose(page: Page, targets: readonly string[], seconds = '20'): Promise<void> {
    await expect.poll(() => page.locator('#start').isEnabled(), { timeout: 30_000 }).toBe(true);
    for (const box of await page.locator('input[name=target]:enabled').all()) await box.uncheck();
    for (const name of targets) await page.locator(`input[name=target][value="${name}"]`).check();
    await page.locator('input[name=workload][value=row-lstm]').uncheck();
    await page.locator('select[name=seconds]').selectOption(seconds);
  }

  async function outcome(page: Page): Promise<string | null> {
    await expect.poll(() => page.locator('#result').isVisible(), { timeout: patienceMs }).toBe(true);
    const run = /run\/([^/]+)\/report/.exec((await page.locator('#report').getAttribute('href')) ?? '')?.[1];
    if (run !== undefined) measured.add(run);
    return page.locator('#outcome').textContent();
  }

  const targets = ['tfjs/js@visitor', 'onnxruntime/wasm@visitor'];

  it('measures in the browser that is open, and makes a run like any other', async () => {
    const { url, said } = await serve();
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{36}\/$/);
    const { page, troubles } = await open(url);
    await choose(page, targets);
    await page.locator('#start').click();
    expect(await outcome(page)).toBe('2 of 2 cells have a result.');
    expect(page.frames()).toHaveLength(1);
    const folder = /measured in Chrome \S+: (\S+)/.exec(said())?.[1] ?? '';
    expect(readdirSync(folder)).toEqual(
      expect.arrayContaining(['manifest.json', 'events.ndjson', 'results.json', 'report.html']),
    );
    const results = readResults(folder);
    expect(results.ending).toBe('finished');
    expect(results.machine.browser).toContain('HeadlessChrome');
    expect(results.conditions).toMatchObject({ bound: false, paused: false, workerCpus: [] });
    expect(results.cells.map(({ target, state }) => [target, state])).toEqual([
      ['onnxruntime/wasm@visitor', 'ok'],
      ['tfjs/js@visitor', 'ok'],
    ]);
    for (const { metrics } of results.cells) {
      expect(metrics?.iterationNs.rounds).toBeGreaterThanOrEqual(3);
      expect(metrics).toMatchObject({ cpuNsPerIteration: null, peakRssBytes: null });
    }
    expect(results.targets[0]).toMatchObject({
      host: 'visitor',
      runtime: expect.stringMatching(/^Chrome \d/),
      configuration: expect.objectContaining({ crossOriginIsolated: true, thread: 'page' }),
    });
    expect(results.overhead.map(({ host }) => host)).toEqual(['visitor']);
    await page.locator('#beside').click();
    await page.waitForURL(/beside$/);
    expect(await page.locator('main').textContent()).toContain('tfjs/js@visitor');
    await page.goBack();
    await page.goto(`${url}run/${results.id}/`);
    expect(page.url()).toMatch(/report\.html$/);
    const report = await page.locator('body').textContent();
    expect(report).toContain("Visitor's browser");
    expect(report).toContain('no fresh process per round');
    expect(troubles).toEqual([]);
    const again = await bench(['report', results.id]);
    expect(again.exitCode, String(again.stderr)).toBe(0);
    expect(String(again.stdout)).toContain('tfjs/js@visitor');
    expect((await bench(['compare', results.id, results.id])).exitCode).toBe(0);
    const resumed = await bench(['--resume', results.id]);
    expect(resumed.exitCode).toBe(2);
    expect(String(resumed.stderr)).toContain('in the browser of a visitor, whose page is gone');
    await page.close();
  });

  it('measures a file that is dropped, and says in one line what is none', async () => {
    const folder = await temporaryFolder();
    const graph = new GraphBuilder('mine', 7);
    lenet5.build(graph, 1, 'inference');
    await writeFile(join(folder, 'mine.onnx'), graph.finish().bytes);
    await writeFile(join(folder, 'text.onnx'), 'This is not a model.');
    const { url } = await serve();
    const { page, troubles } = await open(url);
    await choose(page, targets);
    const status = page.locator('#model');
    await page.locator('#file').setInputFiles(join(folder, 'text.onnx'));
    await expect.poll(() => status.getAttribute('class'), { timeout: 60_000 }).toBe('wrong');
    const refused = (await status.textContent()) ?? '';
    expect(refused).toMatch(/^text\.onnx: .*text\.onnx/);
    expect(refused).not.toContain('/tmp/');
    // The browser reports every answer that is no success.
    expect(troubles.splice(0)).toHaveLength(1);
    await page.locator('#file').setInputFiles(join(folder, 'mine.onnx'));
    await expect.poll(() => status.textContent(), { timeout: 60_000 }).toContain('multiply-adds');
    await expect.poll(() => page.locator('#start').isEnabled()).toBe(true);
    await page.locator('#start').click();
    expect(await outcome(page)).toBe('2 of 2 cells have a result.');
    const [run = ''] = [...measured].slice(-1);
    const { cells } = readResults(join(runsFolder, run));
    expect(cells.map(({ workload, state }) => [workload, state])).toEqual([
      ['mine', 'ok'],
      ['mine', 'ok'],
    ]);
    expect(troubles).toEqual([]);
    await page.close();
  });

  it('goes on without a frame that fails; one whose framework is in a dedicated worker answers like any other', async () => {
    const { url } = await serve([], { TOUCHSTONE_ADAPTER: pages });
    const { page } = await open(url);
    const failing = ['throws', 'leaves', 'reloads', 'asks', 'worker'].map((name) => `page/${name}@visitor`);
    await choose(page, ['tfjs/js@visitor', ...failing]);
    await page.locator('#start').click();
    expect(await outcome(page)).toBe('1 of 6 cells have a result.');
    const [run = ''] = [...measured].slice(-1);
    const { cells } = readResults(join(runsFolder, run));
    const found = Object.fromEntries(
      cells.map(({ target, state, reason }) => [target, `${state}: ${reason}`]),
    );
    expect(found).toMatchObject({
      'tfjs/js@visitor': 'ok: ',
      'page/throws@visitor': expect.stringMatching(/^failed: .*the framework has no such backend/),
      'page/leaves@visitor': expect.stringMatching(/^failed: .*it left for another address/),
      'page/reloads@visitor': expect.stringMatching(
        /^failed: .*(loaded a second time|left for another address)/,
      ),
      'page/asks@visitor': expect.stringMatching(/^failed: .*nobody is there to answer a dialog/),
      // It computes something else than this model.
      'page/worker@visitor': expect.stringMatching(/^wrong: output /),
    });
    await page.close();
  });

  it('keeps what there is when the tab is closed, and goes on serving', async () => {
    const { url, said } = await serve();
    const { page } = await open(url);
    await choose(page, targets, '600');
    await page.locator('#start').click();
    await expect.poll(() => page.locator('#standings table').count(), { timeout: patienceMs }).toBe(1);
    const second = await open(url);
    await choose(second.page, targets);
    await second.page.locator('#start').click();
    await expect
      .poll(() => second.page.locator('#problem').textContent())
      .toContain('Another visitor is being measured');
    const file = { name: 'mine.onnx', mimeType: '', buffer: Buffer.from('not read') };
    await second.page.locator('#file').setInputFiles(file);
    await expect.poll(() => second.page.locator('#model').textContent()).toContain('Another visitor');
    await page.close();
    const folder = await until('its report', () => /measured in Chrome \S+: (\S+)/.exec(said())?.[1]);
    measured.add(folder.split('/').at(-1) ?? '');
    const results = readResults(folder);
    expect(results.ending).toBe('interrupted');
    expect(results.cells.every(({ state }) => state === 'ok')).toBe(true);
    expect(existsSync(join(folder, 'report.html'))).toBe(true);
    await second.page.reload();
    await choose(second.page, targets, '20');
    await second.page.locator('#start').click();
    await expect
      .poll(() => second.page.locator('#stage').textContent(), { timeout: 60_000 })
      .toMatch(/parity|rounds/);
    await second.page.locator('#stop').click();
    expect(await outcome(second.page)).toContain('the visitor stopped it');
    const [run = ''] = [...measured].slice(-1);
    for (const { state, reason } of readResults(join(runsFolder, run)).cells) {
      expect(state === 'ok' ? '' : reason).toBe(state === 'ok' ? '' : 'the visitor stopped it');
    }
    await second.page.close();
  });

  it('shows the standings of a run that goes on, and then its report', async () => {
    const folder = join(await temporaryFolder(), 'run');
    const running = bench([
      ...['--targets', 'scripted/good,scripted/slower', '--workload', 'lenet5', '--batch', '1'],
      ...['--mode', 'inference', '--rounds', '20', '--time', '60s', '--out', folder],
    ]);
    await until('a turn', () => finishedTurns(folder).length >= 5);
    const { url } = await serve([folder]);
    const { page, troubles } = await open(url);
    expect(await page.locator('h1').textContent()).toBe('Run run');
    await expect
      .poll(() => page.locator('main table').textContent(), { timeout: 60_000 })
      .toMatch(/scripted\/good.*ms \[/);
    running.kill('SIGINT');
    await running;
    await expect.poll(() => page.url(), { timeout: 60_000 }).toMatch(/report\.html$/);
    expect(await page.locator('body').textContent()).toContain('scripted/good');
    expect(troubles).toEqual([]);
    await page.close();
  });

  it('has nothing for whoever has another token, and ends quietly', async () => {
    const { url, stop } = await serve();
    const other = new URL('/00000000-0000-0000-0000-000000000000/', url);
    expect((await fetch(other)).status).toBe(404);
    expect((await fetch(new URL('run/..%2f..%2fetc/', url))).status).toBe(404);
    serving = undefined;
    const { exitCode, stderr } = await stop();
    expect(exitCode).toBe(0);
    expect(stderr.trim().split('\n')).toEqual(['serving until Ctrl-C']);
  });

  const isInNetwork = Object.values(networkInterfaces()).some((each) =>
    each?.some(({ internal, family }) => !internal && family === 'IPv4'),
  );
  it.skipIf(!isInNetwork)('--lan says who can use it, and the page what it lacks there', async () => {
    const { url, said } = await serve(['--lan']);
    expect(url).not.toContain('127.0.0.1');
    expect(said()).toMatch(/[█▀▄]/);
    expect(said()).toContain('anybody with this link in the network can use it');
    const { page } = await open(url);
    await expect
      .poll(() => page.locator('#targets').textContent(), { timeout: 30_000 })
      .toContain('webgpu@visitor: unavailable, no secure context over plain http');
    expect(await page.locator('input[value="tfjs/js@visitor"]').isEnabled()).toBe(true);
    await page.close();
  });

  it.skipIf(!hasOpenssl)('--cert and --key: a secure page by https, whatever its address', async () => {
    const folder = await temporaryFolder();
    const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
    const names = 'subjectAltName=DNS:localhost';
    const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=touchstone'];
    await execa('openssl', [...made, '-addext', names, '-keyout', key, '-out', cert]);
    const { url } = await serve(['--cert', cert, '--key', key]);
    // The name that the certificate is for.
    expect(url).toMatch(/^https:\/\/localhost:\d+\//);
    const page = await browser.newPage({ ignoreHTTPSErrors: true });
    await page.goto(url);
    await expect.poll(() => page.locator('#start').isEnabled(), { timeout: 30_000 }).toBe(true);
    expect(await page.evaluate('[isSecureContext, crossOriginIsolated]')).toEqual([true, true]);
    await page.close();
  });

  it.each([
    [['--port', '80000'], '80000'],
    [['nowhere'], 'there is no run in nowhere'],
    [['--cert', 'a.pem'], 'belong together'],
    [['--lan', '203.0.113.7'], 'no address of this machine'],
  ])('%s is refused in one line', async (args, why) => {
    const { exitCode, stderr } = await bench(['serve', ...args]);
    expect(exitCode).toBe(2);
    expect(String(stderr)).toContain(why);
    expect(String(stderr)).not.toMatch(/^\s+at /m);
  });
});
