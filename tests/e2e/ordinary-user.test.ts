/** A user without rights over this machine: the harness asks for nothing that only root may do. */
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, statSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { filesBelow } from '../../common/files.js';
import { buildFolder, projectRoot } from '../../common/paths.js';
import { readResults } from './command.js';

const isRoot = process.getuid?.() === 0;
/** `nobody`, by the number that it has on Linux. */
const nobody = 65_534;
/** Whoever runs the tests, unless that is root. */
const user = isRoot ? nobody : (process.getuid?.() ?? Number.NaN);
/** util-linux; takes away every privilege, groups included. */
const asUser = isRoot
  ? [
      'setpriv',
      `--reuid=${nobody}`,
      `--regid=${nobody}`,
      '--clear-groups',
      '--bounding-set=-all',
      '--no-new-privs',
      '--',
    ]
  : [];

/** Why there is no such user here who could read this project; undefined where there is. */
function obstacle(): string | undefined {
  const program = `fs.readFileSync(${JSON.stringify(join(buildFolder, 'bench.js'))})`;
  const [file = '', ...parameters] = [...asUser, process.execPath, '--eval', program];
  try {
    execFileSync(file, parameters, { stdio: 'pipe' });
    return undefined;
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return isMissing ? `there is no ${file}` : `nobody may not read ${projectRoot}`;
  }
}

const why = obstacle();

it.skipIf(why !== undefined)(
  `runs the command line, whose files are all that user's${why === undefined ? '' : ` (skipped: ${why})`}`,
  async () => {
    // The folder of all tests' temporary files is root's alone; others may pass through it.
    if (isRoot) chmodSync(tmpdir(), 0o711);
    const home = await mkdtemp(join(tmpdir(), 'touchstone-user-'));
    const folder = join(home, 'state');
    mkdirSync(folder);
    if (isRoot) for (const each of [home, folder]) chownSync(each, nobody, nobody);
    const [program = '', ...parameters] = [
      ...[...asUser, process.execPath, join(buildFolder, 'bench.js')],
      ...['--targets', 'convnetjs/js,tfjs/js', '--workload', 'lenet5', '--batch', '1'],
      ...['--rounds', '2', '--time', '20s'],
      ...['--out', join(folder, 'run')],
    ];
    const { exitCode, stderr } = await execa(program, parameters, {
      cwd: folder,
      reject: false,
      env: { NO_COLOR: '1', HOME: home, TMPDIR: home, TOUCHSTONE_HOME: folder },
    });
    expect(exitCode, stderr).toBe(0);
    const { cells } = readResults(join(folder, 'run'));
    for (const { target, state, reason } of cells) expect(state, `${target}: ${reason}`).toBe('ok');
    expect(cells.length).toBeGreaterThan(1);
    const files = filesBelow(folder, /./);
    expect(files).toContain(join(folder, 'run', 'report.html'));
    for (const file of files) expect(statSync(file).uid, file).toBe(user);
  },
);
