/**
 * The starter: needs nothing but Node, brings everything else, and hands over. `npm run bench` and `npm test` begin here.
 *
 *   node start.mjs bench [arguments]          the command line (bench.ts)
 *   node start.mjs test [arguments]           the tests (vitest)
 *   node start.mjs check                      types, lint, format; TypeScript and Python
 *   node start.mjs script <path> [arguments]  a compiled script, such as scripts/references
 *
 * What it installs lies inside the project folder: npm packages in `node_modules`, everything else in `.touchstone`.
 * `bench setup --remove` gives that back, also when an installation is broken.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { constants, homedir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(fileURLToPath(import.meta.url));
const state = join(root, '.touchstone');
const build = join(root, 'build');
const modules = join(root, 'node_modules');
const lock = join(state, 'start.lock');
const packagesSize = 'about 900 MB';
/** Folders whose TypeScript is compiled; tsconfig.json includes the same. */
const sources = [
  'bench.ts',
  'common',
  'model',
  'suites',
  'adapters',
  'runners',
  'reports',
  'cli',
  'scripts',
  'tests',
];

/** A failure that needs no stack trace, with the exit status that it means. */
class StartError extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

/** The first of these that came while a child was at work: why the child ended, then. */
let interruptedBy;

const [command = 'bench', ...rest] = process.argv.slice(2);
try {
  process.exitCode = await main();
} catch (error) {
  const hint = error?.hint ? ` (${error.hint})` : '';
  process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}${hint}\n`);
  process.exitCode = error instanceof StartError ? error.status : 4;
}

async function main() {
  requireNode();
  if (!['bench', 'test', 'check', 'script'].includes(command))
    throw new StartError(`unknown command ${command}; it is one of bench, test, check, script`, 2);
  if (command === 'bench' && rest[0] === 'setup' && rest.includes('--remove')) return remove();
  const installedOnly = command === 'bench' && rest.includes('--installed-only');
  await withLock(async () => {
    await installPackages(installedOnly);
    await compile();
  });
  if (command === 'bench') return handOver(join(build, 'bench.js'), rest);
  if (command === 'script') return handOver(join(build, `${rest[0] ?? ''}.js`), rest.slice(1));
  return command === 'test' ? runTests() : check();
}

function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new StartError(
      `Touchstone needs Node 20.19 or newer, this is ${process.versions.node}; install one from your package manager or with nvm`,
      2,
    );
  }
}

/** In this same process, so that signals reach it without a detour. */
async function handOver(path, parameters) {
  if (!existsSync(path)) throw new StartError(`there is no script ${relative(build, path)}`, 2);
  process.argv = [process.argv[0] ?? '', path, ...parameters];
  await import(pathToFileURL(path).href);
  return process.exitCode ?? 0;
}

/** `npm ci`, unless a stamp says that it was completed for these very packages. */
async function installPackages(installedOnly) {
  const stamp = join(modules, '.touchstone-stamp');
  const wanted = `${hashOf([join(root, 'package-lock.json')])} node ${process.versions.node.split('.')[0]} ${process.platform} ${process.arch}`;
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  if (installedOnly) {
    throw new StartError(
      'the npm packages are not installed, or not those of package-lock.json, and --installed-only forbids to install them; do so with: npm run setup -- --all',
      4,
    );
  }
  say(
    `installing npm packages: ${packagesSize} into ${modules} (npm ci); \`npm run setup -- --remove\` gives the space back`,
  );
  rmSync(stamp, { force: true });
  const parameters = [
    'ci',
    // Install scripts only download: GPU builds, banners. What is used here lies in the packages themselves.
    '--ignore-scripts',
    // Whatever NODE_ENV says: the compiler is one of the development packages, its binary an optional one.
    '--include=dev',
    '--include=optional',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ];
  await run('npm', parameters, { ONNXRUNTIME_NODE_INSTALL: 'skip', npm_config_cache: npmCache() }, 'npm ci');
  writeFileSync(stamp, wanted);
}

/** In the project, unless the user has said where. `npm run` sets the variable by itself, to npm's own default. */
function npmCache() {
  const given = process.env.npm_config_cache;
  return given && given !== join(homedir(), '.npm') ? given : join(state, 'cache', 'npm');
}

/** Compiles into a fresh folder and exchanges it, so that no output of a deleted source remains to be found. */
async function compile() {
  const stamp = join(build, '.touchstone-stamp');
  const inputs = sources.flatMap((name) => filesIn(join(root, name)));
  const wanted = hashOf([join(root, 'tsconfig.json'), join(modules, '.touchstone-stamp'), ...inputs]);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  const work = join(state, 'compiling');
  const [fresh, old] = [join(work, 'new'), join(work, 'old')];
  // Left behind by one that was killed.
  rmSync(work, { recursive: true, force: true });
  const compiler = join(modules, 'typescript/bin/tsc');
  // Maps are left out: they would point from where the files were compiled, not from where they end up.
  const parameters = [compiler, '--project', root, '--outDir', fresh, '--sourceMap', 'false'];
  await run(process.execPath, parameters, {}, 'the compiler');
  writeFileSync(join(fresh, '.touchstone-stamp'), wanted);
  // A run that is under way keeps what it has loaded; what it starts from now on is the new build.
  if (existsSync(build)) renameSync(build, old);
  renameSync(fresh, build);
  rmSync(work, { recursive: true, force: true });
}

async function runTests() {
  const { ensureEnvironment } = await fromBuild('runners/provision/environments.js');
  const { ensureTargets } = await fromBuild('runners/provision/availability.js');
  const { environmentNames } = await fromBuild('runners/provision/definition.js');
  const { discoverFrameworks } = await fromBuild('adapters/discover.js');
  const targets = (await discoverFrameworks()).flatMap((framework) => framework.targets);
  await Promise.all([
    ...environmentNames().map((name) => ensureEnvironment(name, { report: say })),
    ensureTargets(targets, { report: say }),
  ]);
  const parameters = [join(modules, 'vitest/vitest.mjs'), 'run', ...rest];
  return exitStatus(process.execPath, parameters, { TOUCHSTONE_COMPILED: '1' });
}

async function check() {
  const bridge = join(root, 'python-bridge');
  const settings = join(bridge, 'pyproject.toml');
  const biome = join(modules, '@biomejs/biome/bin/biome');
  const colours = process.stdout.isTTY ? '--colors=force' : '--colors=off';
  const { ensureEnvironment } = await fromBuild('runners/provision/environments.js');
  const { python } = await ensureEnvironment('tools', { report: say });
  const checks = [
    ['types', process.execPath, [join(modules, 'typescript/bin/tsc'), '--project', root, '--noEmit']],
    ['lint and format', process.execPath, [biome, 'ci', '--diagnostic-level=warn', colours, root]],
    ['Python lint', python, ['-m', 'ruff', 'check', bridge]],
    ['Python format', python, ['-m', 'ruff', 'format', '--check', bridge]],
    ['Python types', python, ['-m', 'mypy', '--config-file', settings, join(bridge, 'touchstone_bridge')]],
  ];
  const caches = {
    MYPY_CACHE_DIR: join(state, 'cache', 'mypy'),
    RUFF_CACHE_DIR: join(state, 'cache', 'ruff'),
  };
  const failed = [];
  for (const [what, file, parameters] of checks) {
    say(`checking ${what}`);
    if ((await exitStatus(file, parameters, caches)) !== 0) failed.push(what);
    if (interruptedBy) return 128 + constants.signals[interruptedBy];
  }
  if (failed.length > 0) throw new StartError(`not passed, see above: ${failed.join(', ')}`, 1);
  return 0;
}

function fromBuild(path) {
  return import(pathToFileURL(join(build, path)).href);
}

/** Takes away everything that was installed, compiled, cached or prepared; runs and their history too with `--all`. */
async function remove() {
  // The history and the two files that SQLite keeps beside it while it is in use.
  const history = ['', '-wal', '-shm'].map((ending) => join(state, `history.sqlite${ending}`));
  const kept = rest.includes('--all') ? [lock] : [lock, join(state, 'runs'), ...history];
  await withLock(() => {
    const inState = readdirSync(state).map((name) => join(state, name));
    for (const path of [modules, build, ...inState]) {
      if (kept.includes(path) || !existsSync(path)) continue;
      say(`removing ${path}`);
      rmSync(path, { recursive: true, force: true, maxRetries: 3 });
    }
  });
  if (readdirSync(state).length === 0) rmdirSync(state);
  else if (existsSync(join(state, 'runs'))) say(`kept ${join(state, 'runs')} (--all removes it too)`);
  return 0;
}

/** One starter at a time; the lock of one that is gone is taken over. */
async function withLock(work) {
  mkdirSync(state, { recursive: true });
  for (let told = false; !take(); told = true) {
    if (!told) say('another start is setting up; waiting for it');
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  try {
    return await work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

/**
 * The lock is a folder that holds one file, named after its holder. A dead holder's file can be removed only once:
 * whoever does is the next holder, so two that wait cannot both take it.
 */
function take() {
  try {
    mkdirSync(lock);
    return enter();
  } catch (error) {
    if (error?.code !== 'EEXIST') throw error;
  }
  try {
    const [holder] = readdirSync(lock);
    if (holder !== undefined) {
      if (isAlive(holder)) return false;
      unlinkSync(join(lock, holder));
      return enter();
    }
    // Between the making of the folder and of the file in it there is a moment without a holder.
    if (Date.now() - statSync(lock).mtimeMs > 5_000) rmdirSync(lock);
  } catch (error) {
    // Another one was faster: it holds the lock now, or has given it back already.
    if (error?.code !== 'ENOENT' && error?.code !== 'ENOTEMPTY') throw error;
  }
  return false;
}

function enter() {
  const mine = join(lock, `${process.pid}-${processState(process.pid)?.startTicks ?? ''}`);
  writeFileSync(mine, '');
  if (readdirSync(lock).length === 1) return true;
  unlinkSync(mine);
  return false;
}

/** Process numbers are used again, so where the system tells, the time at which the process began must agree too. */
function isAlive(holder) {
  const [pid = 0, startTicks = ''] = holder.split('-');
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    return error?.code === 'EPERM';
  }
  const now = processState(pid);
  return !now || (now.letter !== 'Z' && (startTicks === '' || startTicks === now.startTicks));
}

/** Fields 3 and 22 of /proc/<pid>/stat, behind the name in brackets (proc(5)); undefined where there is none. */
function processState(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\)/s, '').trim().split(' ');
    return { letter: fields[0], startTicks: fields[19] };
  } catch {
    return undefined;
  }
}

/** Runs to its end, with a sign of life where its own progress is not shown; throws when it fails. */
async function run(file, parameters, environment, what) {
  const startedMs = performance.now();
  const heartbeat = setInterval(() => {
    if (!process.stderr.isTTY)
      say(`${what}: at work for ${Math.round((performance.now() - startedMs) / 1000)} s`);
  }, 10_000);
  try {
    const status = await exitStatus(file, parameters, environment);
    if (interruptedBy) {
      const number = 128 + constants.signals[interruptedBy];
      throw new StartError(`${what} was stopped; the next start makes it anew`, number);
    }
    if (status !== 0)
      throw new StartError(`${what} failed; see above. The next start makes anew what is half-made`, 4);
  } finally {
    clearInterval(heartbeat);
  }
}

/** Of a child that hears the signals that come to this process, and that dies with it where the system can do that. */
function exitStatus(file, parameters, environment = {}) {
  return new Promise((resolve, reject) => {
    // Output goes to standard error: standard output is the comparison's.
    const stdio = command === 'test' || command === 'check' ? 'inherit' : ['ignore', 2, 2];
    const [program, ...all] = [...dieWithParent(), file, ...parameters];
    const child = spawn(program, all, { cwd: root, stdio, env: { ...process.env, ...environment } });
    const pass = (signal) => {
      interruptedBy ??= signal;
      // A terminal sends Ctrl-C to both by itself, and two of them mean something else to many programs.
      if (!(signal === 'SIGINT' && process.stdin.isTTY)) child.kill(signal);
    };
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of signals) process.on(signal, pass);
    const done = (settle, value) => {
      for (const signal of signals) process.off(signal, pass);
      settle(value);
    };
    child.once('error', (error) =>
      done(reject, new StartError(`${file} does not start: ${error.message}`, 4)),
    );
    child.once('exit', (status, signal) => done(resolve, status ?? 128 + constants.signals[signal]));
  });
}

/** A prefix of util-linux that replaces itself by the program: else an installation would go on beside the next one. */
function dieWithParent() {
  const prefix = ['setpriv', '--pdeathsig', 'KILL', '--'];
  const [program, ...parameters] = [...prefix, 'true'];
  return process.platform === 'linux' && spawnSync(program, parameters).status === 0 ? prefix : [];
}

function filesIn(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
    const inner = join(path, entry.name);
    if (entry.isDirectory()) return filesIn(inner);
    return entry.name.endsWith('.ts') ? [inner] : [];
  });
}

/** Of the files' paths and contents. */
function hashOf(paths) {
  const hash = createHash('sha256');
  for (const path of paths.sort())
    hash
      .update(relative(root, path))
      .update('\0')
      .update(existsSync(path) ? readFileSync(path) : '')
      .update('\0');
  return hash.digest('hex');
}

function say(line) {
  process.stderr.write(`${line}\n`);
}
