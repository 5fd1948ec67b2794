/** Exit statuses 0 and 1 are verdicts: whatever else ends the program has another one, and says so in a line. */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { buildFolder, projectRoot } from '../../common/paths.js';
import { bench, leftBehind, newMarker, readResults, temporaryFolder, until } from './command.js';

const program = join(buildFolder, 'bench.js');
const shell = (line: string) =>
  execa('bash', ['-c', `set -o pipefail; ${line}`], {
    cwd: projectRoot,
    reject: false,
    env: { NO_COLOR: '1', TOUCHSTONE_HISTORY: '', NODE: process.execPath, BENCH: program },
  });

describe('an output', () => {
  it.each(['"$NODE" "$BENCH" --help | head -1', '"$NODE" "$BENCH" list | true'])(
    'that nobody reads to its end changes nothing: %s',
    async (line) => {
      const { exitCode, stderr } = await shell(line);
      expect([exitCode, stderr]).toEqual([0, '']);
    },
  );

  it('that cannot be written is no success', async () => {
    const { exitCode, stderr } = await shell('"$NODE" "$BENCH" list > /dev/full');
    expect(exitCode).toBe(4);
    expect(stderr).toMatch(/^error: the output could not be written: ENOSPC/);
    expect(String(stderr).split('\n')).toHaveLength(1);
  });
});

describe('an adapter', () => {
  it.each([
    ['never comes to its end', 'await new Promise(() => {});', /the program ended before its command did/],
    ['ends the program', 'process.exit(0);', /the program ended before its command did/],
    [
      'throws where nobody waits for it',
      "setTimeout(() => { throw new Error('too late'); }, 5); await new Promise((go) => setTimeout(go, 500));",
      /^error: too late/,
    ],
  ])('whose import %s is no verdict', async (_, code, message) => {
    const adapter = join(await temporaryFolder(), 'adapter.mjs');
    await writeFile(adapter, `${code}\nexport default {};\n`);
    for (const command of [['list'], ['gate', '--against', 'HEAD', '--workload', 'lenet5']]) {
      const { exitCode, stderr } = await bench(['--adapter', adapter, ...command]);
      expect(exitCode).toBe(70);
      expect(stderr).toMatch(message);
    }
  });
});

it('a run that slept until another took its place records how it ended, and ends with 4', {
  timeout: 600_000,
}, async () => {
  const marker = newMarker();
  const scratch = await temporaryFolder();
  const args = ['--targets', 'scripted/good', '--workload', 'lenet5', '--batch', '1', '--mode', 'inference'];
  const start = (name: string) =>
    bench([...args, '--rounds', '4', '--time', '12s', '--out', join(scratch, name)], { marker });
  const sleeper = start('sleeper');
  const log = join(scratch, 'sleeper', 'events.ndjson');
  await until('the first turn', () => readIfThere(log).includes('"type":"turn"'), 400_000);
  sleeper.kill('SIGSTOP');
  // Once its lock is stale.
  const other = await start('other');
  expect(other.exitCode, String(other.stderr)).toBe(0);
  sleeper.kill('SIGCONT');
  const { exitCode, stderr } = await sleeper;
  expect(exitCode).toBe(4);
  expect(stderr).toMatch(/error: this process slept, and another run has begun to measure/);
  expect(readResults(join(scratch, 'sleeper')).ending).toBe('interrupted');
  expect(leftBehind(marker)).toEqual([]);
});

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
