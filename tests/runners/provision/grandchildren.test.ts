/** `python -m venv` starts pip, which starts pip again: none of them writes on when the installation is ended, however. */
import { chmodSync, existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { buildFolder } from '../../../common/paths.js';
import { makeSandbox, type Sandbox } from './sandbox.js';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = makeSandbox();
});
afterEach(() => rmSync(sandbox.root, { recursive: true, force: true }));

/** A Python that answers what it is asked of itself, and otherwise lets a child of its own write for a minute. */
const python = (heartbeat: string) => `#!/bin/sh
case "$*" in
  *python_version*) echo 3.11.9 True ;;
  *) (i=0; while [ $i -lt 3000 ]; do i=$((i+1)); echo beat >>'${heartbeat}'; sleep 0.02; done) & wait ;;
esac
`;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

it.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGKILL'] as const)('%s ends them all', async (signal) => {
  const [bin, heartbeat] = [join(sandbox.root, 'bin'), join(sandbox.root, 'heartbeat')];
  mkdirSync(bin);
  writeFileSync(join(bin, 'python3.11'), python(heartbeat));
  chmodSync(join(bin, 'python3.11'), 0o755);
  sandbox.define('endless');
  const program = join(buildFolder, 'tests/runners/provision/ensure-process.js');
  const installing = execa(process.execPath, [program, sandbox.root, 'endless'], {
    reject: false,
    env: { PATH: `${bin}${delimiter}${process.env.PATH}` },
  });
  const beats = () => (existsSync(heartbeat) ? statSync(heartbeat).size : 0);
  for (let tries = 0; beats() === 0; tries += 1) {
    if (tries > 500) throw new Error('waited in vain for the grandchild');
    await pause(20);
  }
  installing.kill(signal);
  expect((await installing).signal).toBe(signal);
  // A busy machine takes a while to end them.
  let [before, after] = [0, beats()];
  for (let tries = 0; tries < 10 && before !== after; tries += 1) {
    await pause(300);
    [before, after] = [after, beats()];
  }
  expect(after).toBe(before);
});
