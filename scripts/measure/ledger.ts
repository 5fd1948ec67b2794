/** Long measurements: finished steps are kept line by line, the time left is reported, a summary is written to `docs/measurements/`. */
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../common/paths.js';
import { say } from './new-run.js';

export interface Ledger<Entry> {
  /** Whether a step is finished, in this or an earlier session. */
  has(key: string): boolean;
  add(key: string, entries: readonly Entry[]): void;
  entries(): Entry[];
  /** Entries of one step; empty if it is not finished. */
  entriesOf(key: string): readonly Entry[];
}

export const measurements = join(projectRoot, 'docs', 'measurements');

/**
 * `docs/measurements/<name>.ndjson` with a line for each finished step, its date and machine. The file is committed: it is the
 * data of the published table, and an interrupted measurement can be continued in another checkout.
 *
 * @param fresh whether to start over
 */
export function ledger<Entry>(name: string, fresh: boolean): Ledger<Entry> {
  const folder = measurements;
  const file = join(folder, `${name}.ndjson`);
  mkdirSync(folder, { recursive: true });
  if (fresh) rmSync(file, { force: true });
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  // A partial last line, of a script that was killed, is dropped, and its step is measured again.
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  if (whole !== text) writeFileSync(file, whole);
  const steps = new Map<string, readonly Entry[]>();
  for (const line of whole.split('\n').filter(Boolean)) {
    const { key, entries } = JSON.parse(line) as { key: string; entries: Entry[] };
    keep(key, entries);
  }
  return {
    has: (key) => steps.has(key),
    add(key, entries) {
      keep(key, [...entries]);
      appendFileSync(file, `${JSON.stringify({ key, day: today(), machine: machine(), entries })}\n`);
    },
    entries: () => [...steps.values()].flat(),
    entriesOf: (key) => steps.get(key) ?? [],
  };

  /** A step that was measured again stands where its newest measurement does. */
  function keep(key: string, entries: readonly Entry[]): void {
    steps.delete(key);
    steps.set(key, entries);
  }
}

/** A ledger that is not written to a file. */
export function ledgerInMemory<Entry>(): Ledger<Entry> {
  const steps = new Map<string, readonly Entry[]>();
  return {
    has: (key) => steps.has(key),
    add: (key, entries) => void steps.set(key, entries),
    entries: () => [...steps.values()].flat(),
    entriesOf: (key) => steps.get(key) ?? [],
  };
}

/** Does the open steps one after the other and reports the estimated time left. */
export async function runSteps<Step extends { readonly key: string }>(
  steps: readonly Step[],
  isDone: (key: string) => boolean,
  work: (step: Step) => Promise<void>,
): Promise<void> {
  const open = steps.filter(({ key }) => !isDone(key));
  const startedMs = performance.now();
  for (const [index, step] of open.entries()) {
    const perStepMs = index === 0 ? undefined : (performance.now() - startedMs) / index;
    const left =
      perStepMs === undefined
        ? ''
        : `, about ${Math.ceil((perStepMs * (open.length - index)) / 60_000)} min left`;
    say(`${step.key}: step ${index + 1} of ${open.length}${left}`);
    await work(step);
  }
}

/** Prints a table and writes it to `docs/measurements/<name>.md` with command, date and machine. */
export function publish(name: string, table: string, command: string): void {
  mkdirSync(measurements, { recursive: true });
  writeFileSync(
    join(measurements, `${name}.md`),
    `# ${name}\n\n\`${command}\`, ${today()}, on ${machine()}.\n\n${table}\n`,
  );
  process.stdout.write(`${table}\n`);
}

/** The command with its options, except for `--fresh`. */
export function asGiven(command: string): string {
  const given = process.argv.slice(2).filter((word) => word !== '--fresh');
  return given.length > 0 ? `${command} -- ${given.join(' ')}` : command;
}

/** As `2026-11-26`. */
export function today(): string {
  return new Date().toISOString().slice(0, 10);
}

export function machine(): string {
  return `${cpus().length} processors of ${cpus()[0]?.model.trim() ?? 'unknown model'}, Node ${process.version}, ${process.platform}`;
}
