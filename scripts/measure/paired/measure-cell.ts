/** One cell, measured in a process of its own, with the same budget as a worker's: what is compared is what a run times. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Budget } from '../../../adapters/adapter.js';
import { projectRoot } from '../../../common/paths.js';
import { firstDevice } from '../../../common/run/device.js';
import type { PreparedTarget } from '../../../runners/coordinator/locate.js';
import { planFile } from '../../../runners/hosts/plan-file.js';
import { allowedCpus } from '../../../runners/process/cpus.js';
import { wrapped } from '../../../runners/process/wrapped.js';
import { type Outcome, outcome as outcomeSchema, type Request } from './messages.js';

/**
 * The measuring process of a host, without its argument, and the environment of a worker: `programs/<host>.ts` exports it as its
 * default.
 */
export type MeasuringProgram = (
  entry: PreparedTarget,
  budget: Budget,
) => { readonly command: string[]; readonly environment: Record<string, string | undefined> };

/** Beside the rounds: two imports, two compilations, the first calls. */
const patienceMs = 8 * 60_000;

/** Rejects with the last line that the process wrote where it fails. */
export async function measureCell(
  entry: PreparedTarget,
  given: Omit<Request, 'target' | 'device' | 'threads' | 'plan'>,
): Promise<Outcome> {
  const { target } = entry;
  const request: Request = {
    ...given,
    target: target.name,
    device: target.device,
    threads: 1,
    plan: await planFile(target, given.folder),
  };
  const folder = await mkdtemp(join(tmpdir(), 'touchstone-paired-'));
  try {
    const file = join(folder, 'request.json');
    await writeFile(file, JSON.stringify(request));
    return await run(entry, file, given.budgetMs + patienceMs);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function run(entry: PreparedTarget, request: string, timeout: number): Promise<Outcome> {
  const device = firstDevice(entry.target.device);
  const budget = { threads: 1, cpus: allowedCpus().slice(-1), device };
  const program = await programOf(entry.target.host);
  const { command, environment } = program(entry, budget);
  const [file = '', ...parameters] = wrapped([...command, request], budget.cpus);
  const child = await execa(file, parameters, {
    env: environment,
    extendEnv: false,
    cwd: projectRoot,
    timeout,
    reject: false,
  });
  if (child.timedOut) throw new Error(`not finished after ${Math.round(timeout / 1000)} s`);
  if (child.exitCode !== 0) throw new Error(lastLine(child.stderr) ?? `exit status ${child.exitCode}`);
  return outcomeSchema.parse(JSON.parse(lastLine(child.stdout) ?? 'null'));
}

async function programOf(host: string): Promise<MeasuringProgram> {
  const file = new URL(`./programs/${host}.js`, import.meta.url);
  if (!existsSync(file)) throw new Error(`nothing measures on the host ${host}: write ${file.pathname}`);
  return ((await import(file.href)) as { default: MeasuringProgram }).default;
}

/** The line with the exception's message, before or after the stack; Node appends its version. */
function lastLine(text: string): string | undefined {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^Node\.js v/.test(line));
  return lines.findLast((line) => /Error\b.*:/.test(line) && !line.startsWith('at ')) ?? lines.at(-1);
}
