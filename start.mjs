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
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(fileURLToPath(import.meta.url));
const state = join(root, '.touchstone');
const build = join(root, 'build');
const modules = join(root, 'node_modules');
const packagesSize = 'about 900 MB';
/** Folders whose TypeScript is compiled; tsconfig.json includes the same. */
const sources = ['bench.ts', 'common', 'suites', 'adapters', 'runners', 'reports', 'cli', 'scripts', 'tests'];

/** A failure that needs no stack trace, with the exit status that it means. */
class StartError extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

const [command = 'bench', ...rest] = process.argv.slice(2);
try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof StartError ? error.status : 4;
}

async function main() {
  requireNode();
  if (command === 'bench' && rest[0] === 'setup' && rest.includes('--remove'))
    return removeAll(rest.includes('--runs'));
  const installedOnly = command === 'bench' && rest.includes('--installed-only');
  await withLock(async () => {
    await installPackages(installedOnly);
    await compile();
  });
  if (command === 'bench') return handOver(join(build, 'bench.js'), rest);
  if (command === 'script') return handOver(join(build, `${rest[0] ?? ''}.js`), rest.slice(1));
  if (command === 'test') return runTests();
  if (command === 'check') return check();
  throw new StartError(`unknown command ${command}; it is one of bench, test, check, script`, 2);
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
      'the npm packages are not installed, and --installed-only forbids it; install them with: npm run bench -- --dry-run',
      4,
    );
  }
  say(
    `installing npm packages: ${packagesSize} into ${modules} (npm ci); \`npm run setup -- --remove\` gives the space back`,
  );
  rmSync(stamp, { force: true });
  // Install scripts only download: GPU builds, banners. What is used here lies in the packages themselves.
  const parameters = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel', 'error'];
  await run(
    'npm',
    parameters,
    { ONNXRUNTIME_NODE_INSTALL: 'skip', npm_config_cache: userOr('npm_config_cache', 'npm') },
    'npm ci',
  );
  writeFileSync(stamp, wanted);
}

/** Caches lie in the project as well, unless the user has said where they are. */
function userOr(variable, folder) {
  return process.env[variable] ?? join(state, 'cache', folder);
}

/** Compiles into a fresh folder and exchanges it, so that no output of a deleted source remains to be found. */
async function compile() {
  const stamp = join(build, '.touchstone-stamp');
  const wanted = hashOf([
    join(root, 'tsconfig.json'),
    join(modules, '.touchstone-stamp'),
    ...sources.flatMap((name) => filesIn(join(root, name))),
  ]);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  const fresh = join(state, `build-${process.pid}`);
  const old = join(state, `old-build-${process.pid}`);
  try {
    await run(
      process.execPath,
      [join(modules, 'typescript/bin/tsc'), '--project', root, '--outDir', fresh],
      {},
      'the compiler',
    );
    // Runs that are under way keep their open files; what they start next is the new build.
    if (existsSync(build)) renameSync(build, old);
    moveFolder(fresh, build);
    writeFileSync(stamp, wanted);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
    rmSync(old, { recursive: true, force: true });
  }
}

function moveFolder(from, to) {
  try {
    renameSync(from, to);
  } catch {
    cpSync(from, to, { recursive: true });
  }
}

async function runTests() {
  const { ensureEnvironments } = await import(
    pathToFileURL(join(build, 'runners/provision/environments.js')).href
  );
  const { environmentNames } = await import(
    pathToFileURL(join(build, 'runners/provision/definition.js')).href
  );
  await ensureEnvironments(environmentNames(), { report: say });
  return exitStatus(process.execPath, [join(modules, 'vitest/vitest.mjs'), 'run', ...rest]);
}

async function check() {
  const bridge = join(root, 'python-bridge');
  const { ensureEnvironment } = await import(
    pathToFileURL(join(build, 'runners/provision/environments.js')).href
  );
  const { python } = await ensureEnvironment('tools', { report: say });
  const checks = [
    ['types', process.execPath, [join(modules, 'typescript/bin/tsc'), '--project', root, '--noEmit']],
    ['lint and format', process.execPath, [join(modules, '@biomejs/biome/bin/biome'), 'ci', root]],
    ['Python lint', python, ['-m', 'ruff', 'check', bridge]],
    ['Python format', python, ['-m', 'ruff', 'format', '--check', bridge]],
    [
      'Python types',
      python,
      ['-m', 'mypy', '--config-file', join(bridge, 'pyproject.toml'), join(bridge, 'touchstone_bridge')],
    ],
  ];
  for (const [what, file, parameters] of checks) {
    say(`checking ${what}`);
    const status = await exitStatus(file, parameters);
    if (status !== 0) throw new StartError(`${what}: see above`, status);
  }
  return 0;
}

/** Everything that was installed or cached; runs only when asked. */
function removeAll(runsToo) {
  const kept = runsToo ? [] : ['runs'];
  const inState = existsSync(state) ? readdirSync(state).filter((name) => !kept.includes(name)) : [];
  for (const path of [...inState.map((name) => join(state, name)), build, modules]) {
    say(`removing ${path}`);
    rmSync(path, { recursive: true, force: true });
  }
  return 0;
}

/** One starter at a time; a lock whose holder is gone is taken over. */
async function withLock(work) {
  const lock = join(state, 'start.lock');
  const owner = join(lock, 'pid');
  mkdirSync(state, { recursive: true });
  for (let told = false; !take(lock, owner); told = true) {
    if (!told) say('another start is setting up; waiting for it');
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  try {
    return await work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

function take(lock, owner) {
  try {
    mkdirSync(lock);
    writeFileSync(owner, String(process.pid));
    return true;
  } catch {
    if (isAbandoned(lock, owner)) rmSync(lock, { recursive: true, force: true });
    return false;
  }
}

function isAbandoned(lock, owner) {
  try {
    // Between the making of the folder and of the file in it there is a moment without an owner.
    if (!existsSync(owner)) return Date.now() - statSync(lock).mtimeMs > 5_000;
    process.kill(Number(readFileSync(owner, 'utf8')), 0);
    return false;
  } catch (error) {
    return error?.code === 'ESRCH';
  }
}

/** Runs to its end, with a sign of life where its own progress is not shown; throws when it fails. */
async function run(file, parameters, environment, what) {
  const heartbeat = process.stderr.isTTY
    ? undefined
    : setInterval(() => say(`${what} is still at work`), 10_000);
  try {
    const status = await exitStatus(file, parameters, environment);
    if (status !== 0)
      throw new StartError(`${what} failed; see above, then start again: what is half-made is made anew`, 4);
  } finally {
    clearInterval(heartbeat);
  }
}

function exitStatus(file, parameters, environment = {}) {
  return new Promise((resolve, reject) => {
    // Output goes to standard error: standard output is the comparison's.
    const stdio = command === 'test' || command === 'check' ? 'inherit' : ['ignore', 2, 2];
    const child = spawn(file, parameters, { cwd: root, stdio, env: { ...process.env, ...environment } });
    const pass = (signal) => child.kill(signal);
    process.once('SIGINT', pass).once('SIGTERM', pass);
    child.once('error', (error) => reject(new StartError(`${file} does not start: ${error.message}`, 4)));
    child.once('exit', (status, signal) => {
      process.off('SIGINT', pass).off('SIGTERM', pass);
      if (signal) reject(new StartError(`stopped by ${signal}; start again to go on`, 130));
      else resolve(status ?? 1);
    });
  });
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
      .update(existsSync(path) ? readFileSync(path) : '');
  return hash.digest('hex');
}

function say(line) {
  process.stderr.write(`${line}\n`);
}
