/**
 * `npm run lock`: writes the lock files of Python environments, with the hash of every file of a release, so that each platform
 * finds its own. Pins stay as they are, and what is missing is resolved: change a pin by hand, then run it. Needs a package index.
 *
 * Arguments: names of environments, all by default. `-- --upgrade` takes the newest of what nobody asked for by itself. Both
 * resolve by `publishedBefore`.
 *
 * Files that pip takes on this machine from elsewhere than an index (a CPU build of PyTorch) are added, and stay as long as
 * their version is pinned.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { exitStatus, messageOf, oneLine, TouchstoneError } from '../common/errors.js';
import {
  type EnvironmentDefinition,
  environmentDefinition,
  environmentNames,
} from '../runners/provision/definition.js';
import { ensureEnvironment } from '../runners/provision/environments.js';
import { findInterpreter } from '../runners/provision/interpreter.js';
import { normalName, type Pin, readLockFile, writeLock } from '../runners/provision/lock-file.js';
import { choiceOfPip, plainPins } from '../runners/provision/pip-choice.js';
import { publishedBefore } from '../runners/provision/published-before.js';

/** What the CUDA build of PyTorch needs and its CPU build does not. */
const ofSomeBuilds = /^(cuda|nvidia|triton)(-|$)/;
/** The platform that is resolved for; the hashes are those of all platforms. */
const platform = 'x86_64-manylinux_2_28';

const say = (line: string): void => void process.stderr.write(`${line}\n`);
const scratch = mkdtempSync(join(tmpdir(), 'touchstone-lock-'));
try {
  const { upgrade, names } = options();
  const { python: tools } = await ensureEnvironment('tools', { report: say });
  for (const name of names) await lock(environmentDefinition(name), tools, upgrade);
} catch (error) {
  say(oneLine(error));
  process.exitCode = exitStatus[error instanceof TouchstoneError ? error.code : 'internal'];
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function options(): { upgrade: boolean; names: string[] } {
  const known = environmentNames();
  try {
    const { values, positionals } = parseArgs({
      options: { upgrade: { type: 'boolean', default: false } },
      allowPositionals: true,
    });
    const unknown = positionals.find((name) => !known.includes(name));
    if (unknown !== undefined) throw new Error(`there is no environment ${unknown}`);
    return { upgrade: values.upgrade, names: positionals.length > 0 ? positionals : known };
  } catch (cause) {
    const hint = `npm run lock -- [--upgrade] [names]; the environments are ${known.join(', ')}`;
    throw new TouchstoneError('usage', messageOf(cause), { hint, cause });
  }
}

async function lock(definition: EnvironmentDefinition, tools: string, upgrade: boolean): Promise<void> {
  const { name, lockFile } = definition;
  const builds = lockFile.replace(/\.txt$/, '.builds.txt');
  const before = [lockFile, builds].filter(existsSync).flatMap(readLockFile);
  const resolved = await resolve(definition, before, tools, upgrade);
  const local = await localHashes(definition, resolved, tools);
  const after = resolved.map((pin) => completed(pin, before, local));
  for (const pin of after) {
    const old = before.find((each) => sameName(each, pin));
    if (old?.version !== pin.version) say(`${name}: ${pin.name} ${old?.version ?? 'new'} → ${pin.version}`);
  }
  const gone = before.filter((pin) => !after.some((each) => sameName(each, pin)));
  for (const pin of gone) say(`${name}: ${pin.name} ${pin.version} is not needed any more`);
  const isOfSomeBuilds = (pin: Pin) => ofSomeBuilds.test(normalName(pin.name));
  writeFileSync(lockFile, writeLock(after.filter((pin) => !isOfSomeBuilds(pin))));
  if (after.some(isOfSomeBuilds)) writeFileSync(builds, writeLock(after.filter(isOfSomeBuilds)));
  else rmSync(builds, { force: true });
  say(`${name}: ${after.length} packages`);
}

/** All that has to be installed, with the hashes that the index tells. */
async function resolve(
  { name, python, requires }: EnvironmentDefinition,
  before: readonly Pin[],
  tools: string,
  upgrade: boolean,
): Promise<Pin[]> {
  const asked = before.filter(
    (pin) => requires.length === 0 || requires.some((each) => sameName({ name: each }, pin)),
  );
  const [input, output] = [join(scratch, `${name}.in`), join(scratch, `${name}.txt`)];
  writeFileSync(input, plainPins(asked));
  writeFileSync(output, plainPins(before));
  await run(`resolving environment ${name}`, tools, [
    ...['-m', 'uv', 'pip', 'compile', input, '--output-file', output, '--quiet', '--no-config'],
    ...['--generate-hashes', '--no-header', '--no-annotate', '--exclude-newer', publishedBefore],
    ...['--python-version', python.minimum, '--python-platform', platform],
    ...(upgrade ? ['--upgrade'] : []),
  ]);
  return readLockFile(output);
}

/** By name: the hash of the file that pip takes from this machine's disk. */
async function localHashes(
  { name, python }: EnvironmentDefinition,
  pins: readonly Pin[],
  tools: string,
): Promise<Map<string, string>> {
  const interpreter = await findInterpreter(python);
  if (!interpreter.found) {
    throw new TouchstoneError('install', `environment ${name}: ${interpreter.reason}`, {
      hint: interpreter.fix,
    });
  }
  const executable = (await execa(interpreter.path, ['-c', 'import sys; print(sys.executable)'])).stdout;
  const asked = pins.filter((pin) => !ofSomeBuilds.test(normalName(pin.name)));
  const choice = await choiceOfPip(scratch, asked, (parameters) =>
    run(`asking pip about environment ${name}`, tools, ['-m', 'pip', '--python', executable, ...parameters]),
  );
  const ofDisk = [...choice].filter(([, { url }]) => url.startsWith('file:'));
  return new Map(ofDisk.map(([each, { hash }]) => [each, hash]));
}

/** With the comments and the spelling of the file before, and the hashes that no index tells. */
function completed(pin: Pin, before: readonly Pin[], local: ReadonlyMap<string, string>): Pin {
  const old = before.find((each) => sameName(each, pin));
  const kept = old?.version === pin.version ? old.hashes : [];
  const own = local.get(normalName(pin.name));
  if (own !== undefined && ![...pin.hashes, ...kept].includes(own)) {
    say(`${pin.name} ${pin.version}: no index has the file on this disk, ${own}`);
  }
  return {
    name: old?.name ?? pin.name,
    version: pin.version,
    hashes: [...new Set([...pin.hashes, ...kept, ...(own === undefined ? [] : [own])])],
    comments: old?.comments ?? [],
  };
}

async function run(what: string, program: string, parameters: readonly string[]): Promise<void> {
  const result = await execa(program, parameters, { reject: false });
  if (result.exitCode === 0) return;
  throw new TouchstoneError('install', `${what} failed: ${result.stderr.trim()}`);
}

function sameName(one: Pick<Pin, 'name'>, other: Pick<Pin, 'name'>): boolean {
  return normalName(one.name) === normalName(other.name);
}
