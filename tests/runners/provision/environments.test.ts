/** Environments that are made, interrupted, broken, refused, and made by two at once. */
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { buildFolder } from '../../../common/paths.js';
import { ensure, stateOf } from '../../../runners/provision/environments.js';
import { makeSandbox, processesOn, type Sandbox } from './sandbox.js';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = makeSandbox();
  // Nothing here asks a registry.
  vi.stubEnv('PIP_NO_INDEX', '1');
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(sandbox.root, { recursive: true, force: true });
});

const ensureProcess = (name: string) =>
  execa(
    process.execPath,
    [join(buildFolder, 'tests/runners/provision/ensure-process.js'), sandbox.root, name],
    { reject: false },
  );

async function until(done: () => boolean): Promise<void> {
  for (let tries = 0; !done(); tries += 1) {
    if (tries > 1_000) throw new Error('waited in vain');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe('an environment', () => {
  it('is missing, then made with a word about its size and place, then ready and left alone', async () => {
    const definition = sandbox.define('fresh');
    expect(await stateOf(definition)).toMatchObject({ state: 'missing' });
    const said: string[] = [];
    const { python } = await ensure(definition, { report: (line) => said.push(line) });
    expect(said[0]).toBe(`installing Environment fresh: about 20 MB into ${definition.folder}`);
    expect((await execa(python, ['-c', 'import sys; print(sys.prefix)'])).stdout).toBe(definition.folder);
    expect(await stateOf(definition)).toEqual({ state: 'ready', python });
    said.length = 0;
    await ensure(definition, { report: (line) => said.push(line) });
    expect(said).toEqual([]);
  });

  it('is not made with installedOnly; the error says what would', async () => {
    const definition = sandbox.define('wanted');
    await expect(ensure(definition, { installedOnly: true })).rejects.toMatchObject({
      code: 'install',
      hint: expect.stringContaining('npm run setup'),
    });
    expect(existsSync(definition.folder)).toBe(false);
  });

  it('is broken when it was left half-made, has other pins, or lost its interpreter; and is made anew', async () => {
    const half = sandbox.define('changing');
    mkdirSync(join(half.folder, 'bin'), { recursive: true });
    writeFileSync(join(half.folder, 'left-over'), '');
    expect(await stateOf(half)).toMatchObject({
      state: 'broken',
      reason: expect.stringContaining('half-made'),
    });
    const { python } = await ensure(half, {});
    expect(existsSync(join(half.folder, 'left-over'))).toBe(false);

    const repinned = sandbox.define('changing', '# other pins\n');
    expect(await stateOf(repinned)).toMatchObject({
      state: 'broken',
      reason: expect.stringContaining('other pins'),
    });

    unlinkSync(python);
    symlinkSync('/nowhere/python3.11', python);
    expect(await stateOf(half)).toMatchObject({
      state: 'broken',
      reason: expect.stringContaining('does not start'),
    });

    writeFileSync(join(half.folder, 'touchstone.json'), '{ torn');
    expect(await stateOf(half)).toMatchObject({
      state: 'broken',
      reason: expect.stringContaining('half-made'),
    });
  });

  it('does not take what PYTHONPATH names for installed', async () => {
    const elsewhere = join(sandbox.root, 'elsewhere');
    mkdirSync(join(elsewhere, 'borrowed-1.0.dist-info'), { recursive: true });
    writeFileSync(
      join(elsewhere, 'borrowed-1.0.dist-info/METADATA'),
      'Metadata-Version: 2.1\nName: borrowed\nVersion: 1.0\n',
    );
    vi.stubEnv('PYTHONPATH', elsewhere);
    await expect(ensure(sandbox.define('lender', 'borrowed==1.0\n'), {})).rejects.toThrow(/borrowed==1\.0/);
  });
});

describe('what cannot be installed', () => {
  it('is one line with the words of pip and the path of its log', async () => {
    const definition = sandbox.define('impossible', 'touchstone-has-no-such-package==9.9\n');
    const failure = await ensure(definition, {}).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: 'install',
      message: expect.stringMatching(
        /^environment impossible could not be installed: ERROR: .*touchstone-has-no-such-package==9\.9/,
      ),
      hint: `its log is ${definition.logFile}`,
    });
    expect(readFileSync(definition.logFile, 'utf8')).toContain('touchstone-has-no-such-package');
    expect(await stateOf(definition)).toMatchObject({ state: 'broken' });
  });

  it('names the Python that is missing and the command that brings it', async () => {
    const definition = sandbox.define('future', '', { minimum: '3.98', below: '3.99' });
    await expect(ensure(definition, {})).rejects.toMatchObject({
      code: 'install',
      message: 'environment future: no Python 3.98 on PATH, in pyenv or in uv',
      hint: expect.stringContaining('pyenv install 3.98'),
    });
    expect(existsSync(definition.folder)).toBe(false);
  });
});

describe('processes', () => {
  it('two at once make it once: one waits and says so', async () => {
    sandbox.define('shared');
    const both = await Promise.all([ensureProcess('shared'), ensureProcess('shared')]);
    const said = both.map((result) => String(result.stderr)).join('\n');
    expect(both.map((result) => result.exitCode)).toEqual([0, 0]);
    expect(said.match(/installing Environment shared/g)).toHaveLength(1);
    expect(said).toContain('another run installs Environment shared; waiting for it');
  });

  it.skipIf(process.platform !== 'linux')(
    'one that is killed leaves no child, and the next one repairs',
    async () => {
      const definition = sandbox.define('killed');
      const first = ensureProcess('killed');
      await until(() => existsSync(join(definition.folder, 'bin')));
      first.kill('SIGKILL');
      await first;
      await until(() => processesOn(definition.folder).length === 0);
      expect(await stateOf(definition)).toMatchObject({ state: 'broken' });
      const next = await ensureProcess('killed');
      expect(next.exitCode).toBe(0);
      expect(await stateOf(definition)).toEqual({ state: 'ready', python: next.stdout });
    },
  );
});
