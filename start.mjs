/**
 * The starter: needs nothing but Node, installs and compiles what is missing, and hands over. Every npm script begins
 * here, and so does `npx touchstone`.
 *
 *   node start.mjs bench [arguments]          the command line (bench.ts)
 *   node start.mjs script <path> [arguments]  a compiled script, such as scripts/references
 *   node start.mjs test [arguments]           all tests (vitest), with every target installed
 *   node start.mjs unit [arguments]           the tests that start no framework; installs no Python environment
 *   node start.mjs check [names]              types, lint and format of TypeScript and Python; by default all of them
 *   node start.mjs format                     formats both in place
 *   node start.mjs package                    compiles, with the declarations that the npm package has
 *
 * In a clone, npm packages go to `node_modules` and everything else to `.touchstone`. As an installed package it
 * installs no packages and compiles nothing: npm has brought both; only `bench` and `script` exist there, and the state
 * is in `.touchstone` of the current folder. `--home` or TOUCHSTONE_HOME names another folder for it.
 * `bench setup --remove` deletes what was installed, also when an installation is broken.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
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
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const [command = 'bench', ...rest] = process.argv.slice(2);
const root = dirname(fileURLToPath(import.meta.url));
/** An installed package has the compiled build alone, a clone the sources. */
const isClone = existsSync(join(root, 'bench.ts'));
const state = stateFolder();
const build = join(root, 'build');
const modules = join(root, 'node_modules');
const lock = join(state, 'start.lock');
const compiler = join(modules, 'typescript/bin/tsc');
/** Its head says what it does. */
const endTogether = join(root, 'runners/process/end-together.sh');
const packagesSize = 'about 900 MB';
/** What this project keeps in its state folder; nothing else there is ever deleted. */
const installedState = [
  ...[
    'artefacts',
    'cache',
    'checkouts',
    'environments',
    'logs',
    'packages',
    'measuring.lock',
    'measuring.run',
  ],
];
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

/** The first signal that arrived while a child was running: the reason why the child ended. */
let interruptedBy;

try {
  process.exitCode = await main();
} catch (error) {
  const hint = error?.hint ? ` (${error.hint})` : '';
  process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}${hint}\n`);
  process.exitCode = error instanceof StartError ? error.status : 4;
}

async function main() {
  requireNode();
  const commands = isClone
    ? ['bench', 'script', 'test', 'unit', 'check', 'format', 'package']
    : ['bench', 'script'];
  if (!commands.includes(command))
    throw new StartError(`unknown command ${command}; the commands are ${commands.join(', ')}`, 2);
  if (command === 'bench' && rest[0] === 'setup' && rest.includes('--remove')) return remove();
  // Children have other current folders: from here on it is an absolute path.
  if (process.env.TOUCHSTONE_HOME || state !== join(root, '.touchstone')) process.env.TOUCHSTONE_HOME = state;
  if (isClone) await prepareClone();
  else ignoreState();
  if (command === 'bench') return handOver(join(build, 'bench.js'), rest);
  if (command === 'script') return handOver(join(build, `${rest[0] ?? ''}.js`), rest.slice(1));
  if (command === 'test') return runTests();
  if (command === 'unit') return vitest(['--project', 'unit', ...rest]);
  if (command === 'package') return declarations();
  return handOver(join(build, 'scripts/check.js'), command === 'format' ? ['--fix'] : rest);
}

/** `--home <folder>` in front of TOUCHSTONE_HOME in front of `.touchstone` of the clone, or of the current folder. */
function stateFolder() {
  const at = rest.findIndex((argument) => argument === '--home' || argument.startsWith('--home='));
  const given = rest[at]?.startsWith('--home=') ? rest[at].slice('--home='.length) : rest[at + 1];
  const home = at >= 0 ? given : process.env.TOUCHSTONE_HOME;
  return home ? resolve(home) : join(isClone ? root : process.cwd(), '.touchstone');
}

async function prepareClone() {
  const installedOnly = command === 'bench' && rest.includes('--installed-only');
  await withLock(async () => {
    await installPackages(installedOnly);
    await compile();
  });
}

/** In somebody else's repository the state must not show up as new files. */
function ignoreState() {
  makeFolder(state);
  const file = join(state, '.gitignore');
  if (!existsSync(file)) writeFileSync(file, '*\n');
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

/** `npm ci`, unless a stamp records that it was completed for these very packages. */
async function installPackages(installedOnly) {
  const stamp = join(modules, '.touchstone-stamp');
  const wanted = `${hashOf([join(root, 'package-lock.json')])} node ${process.versions.node.split('.')[0]} ${process.platform} ${process.arch}`;
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  if (installedOnly) {
    throw new StartError(
      'the npm packages of package-lock.json are not installed and --installed-only forbids installing them; install them with: npm run setup -- --all',
      4,
    );
  }
  say(
    `installing npm packages: ${packagesSize} into ${modules} (npm ci); \`npm run setup -- --remove\` deletes them again`,
  );
  rmSync(stamp, { force: true });
  const parameters = [
    'ci',
    // Install scripts only download GPU builds or print banners; what is used here is inside the packages.
    '--ignore-scripts',
    // Whatever NODE_ENV says: the compiler is a development package, its binary an optional one.
    '--include=dev',
    '--include=optional',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ];
  await run('npm', parameters, { ONNXRUNTIME_NODE_INSTALL: 'skip', npm_config_cache: npmCache() }, 'npm ci');
  writeFileSync(stamp, wanted);
}

/** In the state folder unless the user chose another; `npm run` itself sets the variable to npm's own default. */
function npmCache() {
  const given = process.env.npm_config_cache;
  return given && given !== join(homedir(), '.npm') ? given : join(state, 'cache', 'npm');
}

/** Compiles into a folder of its own and swaps it in, so that no output of a deleted source is left. */
async function compile() {
  const stamp = join(build, '.touchstone-stamp');
  const inputs = sources.flatMap((name) => filesIn(join(root, name)));
  const wanted = hashOf([join(root, 'tsconfig.json'), join(modules, '.touchstone-stamp'), ...inputs]);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  // Beside the build: the state folder may be on another disk, and a folder cannot be renamed across two.
  const work = join(root, '.compiling');
  // A killed compilation leaves its folder behind; what it may still write goes there, and not into this one's.
  removeTree(work);
  mkdirSync(work, { recursive: true });
  const own = mkdtempSync(join(work, 'one-'));
  const [fresh, old] = [join(own, 'new'), join(own, 'old')];
  // No source maps: they would be relative to this folder, not to where the files end up.
  const parameters = [compiler, '--project', root, '--outDir', fresh, '--sourceMap', 'false'];
  await run(process.execPath, parameters, {}, 'the compiler');
  writeFileSync(join(fresh, '.touchstone-stamp'), wanted);
  // A run in progress keeps the modules that it has loaded; its next workers start from the new build.
  if (existsSync(build)) renameSync(build, old);
  renameSync(fresh, build);
  removeTree(work);
}

/** Also where the last of a killed process is still being written. */
function removeTree(path) {
  rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

/** What an adapter outside this project is typed against. The next compilation takes them away again. */
function declarations() {
  const project = join(root, 'tsconfig.package.json');
  return exitStatusOfGroup(process.execPath, [compiler, '--project', project, '--outDir', build]);
}

async function runTests() {
  const { ensureEnvironment } = await fromBuild('runners/provision/environments.js');
  const { ensureTargets } = await fromBuild('runners/hosts/availability.js');
  const { environmentNames } = await fromBuild('runners/provision/definition.js');
  const { discoverFrameworks } = await fromBuild('adapters/discover.js');
  const targets = (await discoverFrameworks()).flatMap((framework) => framework.targets);
  await Promise.all([
    ...environmentNames().map((name) => ensureEnvironment(name, { report: say })),
    ensureTargets(targets, { report: say }),
  ]);
  return vitest(rest);
}

function vitest(parameters) {
  const all = [join(modules, 'vitest/vitest.mjs'), 'run', ...parameters];
  return exitStatusOfTests(process.execPath, all, { TOUCHSTONE_COMPILED: '1' });
}

function fromBuild(path) {
  return import(pathToFileURL(join(build, path)).href);
}

/** Deletes everything that was installed, compiled, cached or prepared; runs and their history only with `--all`. */
async function remove() {
  // The history and the two files that SQLite keeps beside it while it is in use.
  const history = ['', '-wal', '-shm'].map((ending) => `history.sqlite${ending}`);
  const names = rest.includes('--all')
    ? [...installedState, 'runs', ...history, '.gitignore']
    : installedState;
  await withLock(() => {
    const ofClone = isClone ? [modules, build] : [];
    for (const path of [...ofClone, ...names.map((name) => join(state, name))]) {
      if (!existsSync(path)) continue;
      say(`removing ${path}`);
      removeTree(path);
    }
  });
  const left = readdirSync(state);
  if (left.length === 0) rmdirSync(state);
  else if (left.includes('runs')) say(`kept ${join(state, 'runs')} (--all removes it too)`);
  return 0;
}

/** As `makeFolder` of common/files.ts, which is not compiled yet. */
function makeFolder(folder) {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    // Another starter may have been faster.
    if (error?.code !== 'EEXIST') throw error;
  }
}

/** One starter at a time; the lock of a dead one is taken over. */
async function withLock(work) {
  makeFolder(state);
  for (let isAnnounced = false; !take(); isAnnounced = true) {
    if (!isAnnounced) say('another start is setting up; waiting for it');
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
    // Its holder makes the folder first and the file in it a moment later.
    if (Date.now() - statSync(lock).mtimeMs > 5_000) rmdirSync(lock);
  } catch (error) {
    // Another one was faster: it holds the lock now, or has released it already.
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

/** Process numbers are reused, so the start time of the process has to agree too, where the system reports it. */
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

/** Fields 3 and 22 of /proc/<pid>/stat, after the name in brackets (proc(5)); undefined where there is no such file. */
function processState(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\)/s, '').trim().split(' ');
    return { letter: fields[0], startTicks: fields[19] };
  } catch {
    return undefined;
  }
}

/** Runs a child to its end, with a line every ten seconds where there is no terminal; throws when it fails. */
async function run(file, parameters, environment, what) {
  const startedMs = performance.now();
  const heartbeat = setInterval(() => {
    if (!process.stderr.isTTY)
      say(`${what}: running for ${Math.round((performance.now() - startedMs) / 1000)} s`);
  }, 10_000);
  try {
    const status = await exitStatusOfGroup(file, parameters, environment);
    if (interruptedBy) {
      const number = 128 + constants.signals[interruptedBy];
      throw new StartError(`${what} was interrupted; the next start repeats it`, number);
    }
    if (status !== 0) throw new StartError(`${what} failed; see above. The next start begins it again`, 4);
  } finally {
    clearInterval(heartbeat);
  }
}

/** The exit status of what installs or compiles: a signal, or the end of this process, ends it with all that it has started. */
function exitStatusOfGroup(file, parameters, environment = {}) {
  // Standard output belongs to the comparison that `bench` prints.
  const stdio = ['ignore', 2, 2, 'pipe'];
  const settings = { cwd: root, stdio, env: { ...process.env, ...environment }, detached: true };
  const child = spawn('/bin/sh', [endTogether, file, ...parameters], settings);
  const killGroup = () => {
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch (error) {
      // Gone already; for a group of which only the dead are left, macOS says EPERM.
      if (error?.code !== 'ESRCH' && error?.code !== 'EPERM') throw error;
    }
  };
  child.once('exit', killGroup);
  // A terminal sends its Ctrl-C to this process alone. Half of a compilation is of no use, so there is nothing to wait for.
  return exitStatus(child, killGroup);
}

/** The exit status of the tests, which keep the terminal; they die with this process where the system supports that. */
function exitStatusOfTests(file, parameters, environment) {
  const [program, ...all] = [...dieWithParent(), file, ...parameters];
  const child = spawn(program, all, { cwd: root, stdio: 'inherit', env: { ...process.env, ...environment } });
  return exitStatus(child, (signal) => {
    // A terminal sends Ctrl-C to both, and a second one has another meaning in many programs.
    if (!(signal === 'SIGINT' && process.stdin.isTTY)) child.kill(signal);
  });
}

/** @param pass what a signal to this process does to the child */
function exitStatus(child, pass) {
  return new Promise((resolve, reject) => {
    const handle = (signal) => {
      interruptedBy ??= signal;
      pass(signal);
    };
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of signals) process.on(signal, handle);
    const done = (settle, value) => {
      for (const signal of signals) process.off(signal, handle);
      settle(value);
    };
    child.once('error', (error) =>
      done(reject, new StartError(`${child.spawnfile} does not start: ${error.message}`, 4)),
    );
    child.once('exit', (status, signal) => done(resolve, status ?? 128 + constants.signals[signal]));
  });
}

/** A prefix (util-linux) that becomes the program: without it a killed start would leave its tests running. */
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

/** A hash of the files' paths and contents. */
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
