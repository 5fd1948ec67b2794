/** The starter on a fresh clone, a half-made one, a broken one, and two at once. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Checkout, makeCheckout } from './checkout.js';

let checkout: Checkout;
beforeEach(() => {
  checkout = makeCheckout();
});
afterEach(() => {
  rmSync(checkout.root, { recursive: true, force: true });
});

/** Linux has a disk in memory beside that of the temporary folder. */
const isOtherDisk = existsSync('/dev/shm') && statSync('/dev/shm').dev !== statSync(tmpdir()).dev;

/** Waits until `done` holds. */
async function until(done: () => boolean): Promise<void> {
  for (let tries = 0; !done(); tries += 1) {
    if (tries > 500) throw new Error('waited in vain');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const finished = () => checkout.npmCalls().filter((line) => line === 'done').length;

describe('a fresh clone', () => {
  it('says what it downloads, how big it is, where to and how to remove it, before it does', async () => {
    const result = await checkout.start(['bench'], { FAKE_NPM_FAILS: '1' });
    const said = String(result.stderr);
    expect(said).toContain(`about 900 MB into ${checkout.path('node_modules')}`);
    expect(said).toContain('npm run setup -- --remove');
    expect(said.indexOf('about 900 MB')).toBeLessThan(said.indexOf('npm error'));
  });

  it('installs, compiles and hands over the arguments and the exit status', async () => {
    const result = await checkout.start(['bench', '--time', '30s']);
    expect(result.stdout).toBe('bench --time 30s');
    expect(result.exitCode).toBe(3);
    expect(checkout.npmCalls()[0]).toMatch(/^ci .*--ignore-scripts/);
  });

  it('installs and compiles once', async () => {
    await checkout.start(['bench']);
    const second = await checkout.start(['bench']);
    expect(second.stdout).toContain('bench');
    expect(second.stderr).toBe('');
    expect(finished()).toBe(1);
    expect(readFileSync(checkout.path('compilations'), 'utf8')).toBe('one\n');
  });

  it('keeps caches in the project, also below `npm run`, which sets the variable by itself', async () => {
    await checkout.start(['bench'], { npm_config_cache: join(homedir(), '.npm') });
    expect(checkout.npmCalls()[0]).toContain(`cache=${checkout.path('.touchstone/cache/npm')} gpu=skip`);
  });

  it('leaves caches where the user has put them', async () => {
    await checkout.start(['bench'], { npm_config_cache: '/somewhere/else' });
    expect(checkout.npmCalls()[0]).toContain('cache=/somewhere/else');
  });

  it('never installs with --installed-only, and says in one line what would', async () => {
    const result = await checkout.start(['bench', '--installed-only']);
    expect(result.exitCode).toBe(4);
    expect(result.stderr).toMatch(/^error: the npm packages .* are not installed .* npm run setup -- --all$/);
    expect(checkout.npmCalls()).toEqual([]);
  });

  it('runs with --installed-only once everything is there', async () => {
    await checkout.start(['bench']);
    const result = await checkout.start(['bench', '--installed-only']);
    expect(result.stdout).toBe('bench --installed-only');
  });
});

describe('an installation that is not what it should be', () => {
  it('is one line of advice when npm fails, and is made anew by the next start', async () => {
    const failed = await checkout.start(['bench'], { FAKE_NPM_FAILS: '1' });
    expect(failed.exitCode).toBe(4);
    expect(String(failed.stderr).split('\n').at(-1)).toMatch(/^error: npm ci failed; see above/);
    const next = await checkout.start(['bench']);
    expect(next.exitCode).toBe(3);
  });

  it('is made anew when package-lock.json has changed', async () => {
    await checkout.start(['bench']);
    writeFileSync(checkout.path('package-lock.json'), '{ "changed": true }');
    await checkout.start(['bench']);
    expect(finished()).toBe(2);
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)('is made anew after %s half-way', async (signal) => {
    const first = checkout.start(['bench'], { FAKE_NPM_MS: '60000' });
    await until(() => existsSync(checkout.path('node_modules/typescript/bin')));
    first.kill(signal);
    const stopped = await first;
    if (signal === 'SIGKILL') expect(stopped.signal).toBe('SIGKILL');
    else expect(stopped.exitCode).toBe(signal === 'SIGINT' ? 130 : 143);
    const next = await checkout.start(['bench']);
    expect(next.exitCode).toBe(3);
    // The first one's npm must be gone: it would write into the second one's folder.
    expect(checkout.npmCalls().map((line) => line.split(' ')[0])).toEqual(['ci', 'ci', 'done']);
  });

  it('is compiled anew when a source changes; nothing of a deleted source remains', async () => {
    writeFileSync(checkout.path('adapters/two.ts'), '');
    await checkout.start(['bench']);
    expect(existsSync(checkout.path('build/adapters/two.js'))).toBe(true);
    rmSync(checkout.path('adapters/two.ts'));
    await checkout.start(['bench']);
    expect(readdirSync(checkout.path('build/adapters'))).toEqual(['one.js']);
  });

  it('keeps the last build when the sources do not compile', async () => {
    await checkout.start(['bench']);
    writeFileSync(checkout.path('bench.ts'), 'changed');
    writeFileSync(checkout.path('node_modules/typescript/bin/tsc'), 'process.exit(2)');
    const result = await checkout.start(['bench']);
    expect(result.exitCode).toBe(4);
    expect(result.stderr).toContain('the compiler failed');
    expect(readFileSync(checkout.path('build/bench.js'), 'utf8')).toContain('console.log');
  });
});

describe('two at once', () => {
  it('install once: one waits and says so', async () => {
    const env = { FAKE_NPM_MS: '1500' };
    const both = await Promise.all([
      checkout.start(['bench', 'a'], env),
      checkout.start(['bench', 'b'], env),
    ]);
    expect(both.map((result) => result.stdout)).toEqual(['bench a', 'bench b']);
    expect(both.map((result) => result.stderr).join()).toContain(
      'another start is setting up; waiting for it',
    );
    expect(finished()).toBe(1);
  });

  it('five take over the lock of a dead one, one after the other', async () => {
    mkdirSync(checkout.path('.touchstone/start.lock'), { recursive: true });
    // The numbers of processes end far below this one.
    writeFileSync(checkout.path('.touchstone/start.lock/4999999-1'), '');
    const env = { FAKE_NPM_MS: '300' };
    const all = await Promise.all([1, 2, 3, 4, 5].map((n) => checkout.start(['bench', String(n)], env)));
    expect(all.map((result) => result.exitCode)).toEqual([3, 3, 3, 3, 3]);
    expect(finished()).toBe(1);
    expect(existsSync(checkout.path('.touchstone/start.lock'))).toBe(false);
  });

  it.skipIf(process.platform !== 'linux')('are not confused by a process number used again', async () => {
    mkdirSync(checkout.path('.touchstone/start.lock'), { recursive: true });
    writeFileSync(checkout.path(`.touchstone/start.lock/${process.pid}-1`), '');
    const result = await checkout.start(['bench']);
    expect(result.exitCode).toBe(3);
  });
});

describe('removing', () => {
  it('works without packages or a build, and keeps runs', async () => {
    for (const folder of ['node_modules/half', '.touchstone/environments/x', '.touchstone/runs/mine']) {
      mkdirSync(checkout.path(folder), { recursive: true });
    }
    const result = await checkout.start(['bench', 'setup', '--remove']);
    expect(result.exitCode).toBe(0);
    expect(existsSync(checkout.path('node_modules'))).toBe(false);
    expect(readdirSync(checkout.path('.touchstone'))).toEqual(['runs']);
    expect(existsSync(checkout.path('.touchstone/runs/mine'))).toBe(true);
    expect(checkout.npmCalls()).toEqual([]);
  });

  it('removes runs too with --all', async () => {
    mkdirSync(checkout.path('.touchstone/runs/mine'), { recursive: true });
    const result = await checkout.start(['bench', 'setup', '--remove', '--all']);
    expect(result.exitCode).toBe(0);
    expect(existsSync(checkout.path('.touchstone'))).toBe(false);
  });
});

describe('another folder for the state', () => {
  const inHome = (...names: string[]) => checkout.path('elsewhere', ...names);

  it.each([
    ['--home', ['bench', 'list', '--home', 'HOME'], {}],
    ['--home=', ['bench', '--home=HOME', 'list'], {}],
    ['TOUCHSTONE_HOME', ['bench', 'list'], { TOUCHSTONE_HOME: 'HOME' }],
    ['--home in front of TOUCHSTONE_HOME', ['bench', '--home', 'HOME'], { TOUCHSTONE_HOME: '/nowhere' }],
  ])('is named by %s', async (_, parameters: string[], env: Record<string, string>) => {
    const here = (value: string) => value.replace('HOME', inHome());
    writeFileSync(checkout.path('bench.ts'), 'console.log(process.env.TOUCHSTONE_HOME);');
    const settings = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, here(value)]));
    const result = await checkout.start(parameters.map(here), settings);
    expect(result.stdout).toBe(inHome());
    expect(checkout.npmCalls()[0]).toContain(`cache=${inHome('cache/npm')}`);
    expect(existsSync(checkout.path('.touchstone'))).toBe(false);
  });

  it.skipIf(!isOtherDisk)('may be on another disk', async () => {
    const home = mkdtempSync('/dev/shm/touchstone-home-');
    try {
      expect((await checkout.start(['bench'], { TOUCHSTONE_HOME: home })).exitCode).toBe(3);
      writeFileSync(checkout.path('adapters/two.ts'), '');
      expect((await checkout.start(['bench'], { TOUCHSTONE_HOME: home })).exitCode).toBe(3);
      expect(existsSync(checkout.path('build/adapters/two.js'))).toBe(true);
    } finally {
      rmSync(home, { recursive: true });
    }
  });

  it('loses nothing but what Touchstone keeps there when all is removed', async () => {
    for (const name of ['environments/x', 'runs/mine', 'photographs']) {
      mkdirSync(inHome(name), { recursive: true });
    }
    await checkout.start(['bench', 'setup', '--remove', '--all', '--home', inHome()]);
    expect(readdirSync(inHome())).toEqual(['photographs']);
  });
});

describe('an installed package', () => {
  const project = () => checkout.path('project');
  beforeEach(() => {
    mkdirSync(checkout.path('build'));
    writeFileSync(checkout.path('build/bench.js'), readFileSync(checkout.path('bench.ts')));
    rmSync(checkout.path('bench.ts'));
    mkdirSync(project());
  });

  it('installs no packages, compiles nothing and hides its state from git', async () => {
    const result = await checkout.start(['bench', 'list'], {}, project());
    expect(result).toMatchObject({ stdout: 'bench list', stderr: '', exitCode: 3 });
    expect(checkout.npmCalls()).toEqual([]);
    expect(existsSync(checkout.path('compilations'))).toBe(false);
    expect(readFileSync(join(project(), '.touchstone/.gitignore'), 'utf8')).toBe('*\n');
    expect(existsSync(checkout.path('.touchstone'))).toBe(false);
  });

  it('keeps its packages and its build when the state is removed', async () => {
    mkdirSync(checkout.path('node_modules/vega'), { recursive: true });
    mkdirSync(join(project(), '.touchstone/environments/x'), { recursive: true });
    const result = await checkout.start(['bench', 'setup', '--remove', '--all'], {}, project());
    expect(result.exitCode).toBe(0);
    expect(existsSync(checkout.path('node_modules/vega'))).toBe(true);
    expect(existsSync(checkout.path('build/bench.js'))).toBe(true);
    expect(readdirSync(project())).toEqual([]);
  });

  it('has no commands for development', async () => {
    const result = await checkout.start(['check'], {}, project());
    expect(result.exitCode).toBe(2);
    expect(result.stderr).toBe('error: unknown command check; the commands are bench, script');
  });
});

describe('wrong use', () => {
  it('says in one line which Node is needed, and installs nothing', async () => {
    const older = checkout.path('older.cjs');
    writeFileSync(
      older,
      "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.18.3' } });",
    );
    const result = await checkout.start(['bench'], { NODE_OPTIONS: `--require=${older}` });
    expect(result.exitCode).toBe(2);
    expect(result.stderr).toMatch(/^error: Touchstone needs Node 20\.19 or newer, this is 20\.18\.3; .+$/);
    expect(checkout.npmCalls()).toEqual([]);
  });

  it('names the commands, and installs nothing', async () => {
    const result = await checkout.start(['bnech']);
    expect(result.exitCode).toBe(2);
    expect(result.stderr).toMatch(/^error: unknown command bnech; the commands are bench, script, test, .+$/);
    expect(checkout.npmCalls()).toEqual([]);
  });

  it('says which script is missing', async () => {
    const result = await checkout.start(['script', 'scripts/nothing']);
    expect(result.exitCode).toBe(2);
    expect(result.stderr).toContain('there is no script scripts/nothing.js');
  });
});
