/** Installers and compilers start processes of their own: none of them writes on when the start is ended, however. */
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Checkout, makeCheckout, withGrandchild } from './checkout.js';

let checkout: Checkout;
beforeEach(() => {
  checkout = makeCheckout();
});
afterEach(() => {
  rmSync(checkout.root, { recursive: true, force: true });
});

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const heartbeats = () =>
  existsSync(checkout.path('heartbeat')) ? statSync(checkout.path('heartbeat')).size : 0;

/** Whether the grandchild writes no more, within a moment: a busy machine takes a while to end it. */
async function isSilent(): Promise<boolean> {
  for (let tries = 0; tries < 10; tries += 1) {
    const before = heartbeats();
    await pause(300);
    if (heartbeats() === before) return true;
  }
  return false;
}

/** Ends a start whose compiler or npm is at work. */
async function endAtWork(signal: NodeJS.Signals): Promise<void> {
  const start = checkout.start(['bench']);
  for (let tries = 0; heartbeats() === 0; tries += 1) {
    if (tries > 500) throw new Error('waited in vain for the grandchild');
    await pause(20);
  }
  start.kill(signal);
  await start;
}

describe.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGKILL'] as const)('%s', (signal) => {
  it('ends what the compiler started, and the next start compiles', async () => {
    await checkout.start(['bench']);
    const tsc = checkout.path('node_modules/typescript/bin/tsc');
    const works = readFileSync(tsc, 'utf8');
    writeFileSync(checkout.path('adapters/two.ts'), '');
    writeFileSync(tsc, withGrandchild);
    await endAtWork(signal);
    expect(await isSilent()).toBe(true);
    writeFileSync(tsc, works);
    expect((await checkout.start(['bench'])).exitCode).toBe(3);
    expect(readdirSync(checkout.path('build/adapters')).sort()).toEqual(['one.js', 'two.js']);
    expect(existsSync(checkout.path('.compiling'))).toBe(false);
  });

  it('ends what npm started', async () => {
    writeFileSync(checkout.path('bin/npm'), `#!${process.execPath}\n${withGrandchild}`);
    await endAtWork(signal);
    expect(await isSilent()).toBe(true);
  });
});

it('what a compiler leaves behind when it ends well is ended too', async () => {
  await checkout.start(['bench']);
  writeFileSync(checkout.path('adapters/two.ts'), '');
  const tsc = checkout.path('node_modules/typescript/bin/tsc');
  const leaves = "setInterval(() => require('node:fs').existsSync('heartbeat') && process.exit(), 20);";
  const started = withGrandchild.replace('setInterval(() => 0, 1000);', leaves);
  writeFileSync(tsc, `${started}\n${readFileSync(tsc, 'utf8')}`);
  expect((await checkout.start(['bench'])).exitCode).toBe(3);
  expect(heartbeats()).toBeGreaterThan(0);
  expect(await isSilent()).toBe(true);
});
