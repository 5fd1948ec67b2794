/** Whole commands with targets in pages of a browser. */
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildFolder } from '../../common/paths.js';
import { findBrowser } from '../../runners/hosts/browser/browsers.js';
import { bench, readResults, temporaryFolder } from './command.js';

const pages = join(buildFolder, 'tests/runners/hosts/browser/pages.js');
const work = [
  '--workload',
  'lenet5',
  '--batch',
  '1',
  '--mode',
  'inference',
  '--rounds',
  '3',
  '--time',
  '30s',
];

describe('targets in pages', () => {
  it.skipIf(!findBrowser('chromium').found)(
    'stand beside those of other hosts; a page that fails costs its own cell, and nothing of it is left',
    async () => {
      const scratch = await temporaryFolder();
      const folder = join(scratch, 'run');
      const targets =
        'convnetjs/js,convnetjs/js@browser,page/leaves@browser,page/throws@browser,page/hangs@browser';
      const run = await bench(['--targets', targets, ...work, '--deadline', '20s', '--out', folder], {
        env: { TOUCHSTONE_ADAPTER: pages, TMPDIR: scratch },
      });
      const { cells, groups, targets: described, overhead } = readResults(folder);
      const states = Object.fromEntries(cells.map(({ target, state }) => [target, state]));
      expect(states, String(run.stderr)).toEqual({
        'convnetjs/js': 'ok',
        'convnetjs/js@browser': 'ok',
        'page/leaves@browser': 'failed',
        'page/throws@browser': 'failed',
        'page/hangs@browser': 'failed',
      });
      const reasonOf = (name: string) => cells.find(({ target }) => target === name)?.reason;
      expect(reasonOf('page/leaves@browser')).toContain('the page went away');
      expect(reasonOf('page/throws@browser')).toContain('the framework has no such backend');
      expect(reasonOf('page/hangs@browser')).toContain('did not answer');
      const page = described.find(({ target }) => target === 'convnetjs/js@browser');
      expect(page).toMatchObject({ host: 'browser', runtime: expect.stringMatching(/^chromium \d/) });
      expect(page?.configuration).toMatchObject({ crossOriginIsolated: true, thread: 'page' });
      // Page and Node run the same framework on two engines, which explains what they differ by.
      const [chromium, node] = ['convnetjs/js@browser', 'convnetjs/js'].map(
        (name) => described.find(({ target }) => target === name)?.configuration.javascriptEngine,
      );
      expect(node).toMatch(/^V8 \d+\.\d+$/);
      expect(chromium).not.toBe(node);
      const comparison = groups.flatMap(({ comparisons }) => comparisons)[0];
      expect(comparison?.notLikeForLike.join()).toContain(`convnetjs/js@browser runs on ${chromium}`);
      expect(overhead.map(({ host }) => host).sort()).toEqual(['chromium', 'node']);
      expect(readdirSync(scratch).filter((name) => name.startsWith('touchstone-profile-'))).toEqual([]);
      expect(processesWith(scratch)).toEqual([]);
    },
  );

  it.skipIf(!findBrowser('chromium').found)(
    'on a device, here in software, have a latency and, where they queue, a throughput',
    async () => {
      const folder = join(await temporaryFolder(), 'run');
      const queuing = ['tfjs/webgl@browser', 'tfjs/webgpu@browser', 'onnxruntime/webgpu@browser'];
      const targets = [...queuing, 'onnxruntime/webgl@browser', 'tfjs/wasm@browser-worker'];
      // Long enough for turns of several iterations, which software takes tens of milliseconds for.
      const long = [...work.slice(0, -4), '--rounds', '1', '--time', '60s', '--verify'];
      const run = await bench(['--targets', targets.join(), ...long, '--out', folder]);
      const { cells, targets: described } = readResults(folder);
      const states = Object.fromEntries(cells.map(({ target, state, reason }) => [target, state + reason]));
      expect(states, String(run.stderr)).toEqual(Object.fromEntries(targets.map((name) => [name, 'ok'])));
      for (const { target, metrics, notes } of cells) {
        expect(notes.join(), target).toContain('all passed');
        expect(metrics?.throughput?.submissions, target).toBe(queuing.includes(target) ? 8 : undefined);
      }
      const worker = described.find(({ target }) => target === 'tfjs/wasm@browser-worker');
      expect(worker?.configuration).toMatchObject({ thread: 'dedicated worker', crossOriginIsolated: true });
    },
  );

  it('without a browser say what installs one', async () => {
    const { stdout, exitCode } = await bench(
      ['--targets', 'convnetjs/js@browser,convnetjs/js@firefox', ...work, '--dry-run'],
      { env: { CHROME_PATH: '/nowhere/chromium', FIREFOX_PATH: '/nowhere/firefox' } },
    );
    expect(exitCode).toBe(0);
    const lines = String(stdout).replaceAll(/[│\s]+/g, ' ');
    expect(lines).toContain('unavailable: CHROME_PATH names /nowhere/chromium, which is');
    expect(lines).toContain('fix it with: unset FIREFOX_PATH');
  });
});

/** Command lines of processes that name a folder, other than the search itself. */
function processesWith(folder: string): string[] {
  try {
    const found = execFileSync('pgrep', ['-af', '--', folder], { encoding: 'utf8' });
    return found.split('\n').filter((line) => line !== '' && !line.includes('pgrep'));
  } catch {
    // Nothing matches.
    return [];
  }
}
