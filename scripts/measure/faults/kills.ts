/** Signals at any moment of a run, of a worker in it, of a set-up and of a gate: nothing is lost, and nobody stays. */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { constants } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { exitStatus } from '../../../common/errors.js';
import { readRun } from '../../../common/run/read-run.js';
import { type Arena, closeArena, leftBy, openArena, problemIn, start } from './arena.js';
import { type Campaign, shared } from './campaign.js';
import { type Ended, finishedTurns, problemOf, stackTraceIn } from './command.js';
import { commandLineOf, livingWith } from './marked.js';
import { type Draw, drawFor } from './mutations/draw.js';
import { makeSetUp } from './set-up.js';
import {
  cellsOf,
  lyingEnvironment as env,
  problemOfFolder,
  smallRun,
  smallWork,
  undisturbedRun,
} from './small-run.js';

interface Ground extends Arena {
  /** What a run takes that nothing disturbs. */
  readonly runMs: number;
}

type Signal = 'SIGKILL' | 'SIGTERM' | 'SIGINT';
type Attack = (ground: Ground, signal: Signal, draw: Draw, folder: string) => Promise<string | undefined>;

const targets = 'lying/honest,lying/slower';
/** A little longer than its `--time`. */
const gateMs = 12_000;
const ground = shared(openGround, closeArena);
const setUp = shared(
  async () => makeSetUp(await ground.get()),
  async () => undefined,
);
const attacks = { coordinator: onRun, worker: onWorker, 'set-up': onSetUp, gate: onGate } satisfies Record<
  string,
  Attack
>;
/** The coordinator has the most moments that differ. */
const victims = [
  ...(['coordinator', 'coordinator', 'coordinator', 'coordinator'] as const),
  ...(['worker', 'worker', 'worker', 'set-up', 'gate', 'gate'] as const),
];

export const kills: Campaign = {
  name: 'kills',
  bar: 'no process is left, the run folder can be read, `--resume` finishes, no turn is lost or taken twice',
  tries: { usual: 20, full: 1_000 },
  perStep: 5,
  async attempt(seed) {
    const draw = drawFor(seed, 'kill');
    const victim = draw.pick(victims);
    const signal = draw.pick(['SIGKILL', 'SIGTERM', 'SIGINT'] as const);
    const own = await ground.get();
    const folder = join(own.folder, `attempt-${seed}`);
    try {
      return { kind: `${signal}, ${victim}`, broken: await attacks[victim](own, signal, draw, folder) };
    } finally {
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    }
  },
  async close() {
    await setUp.close();
    await ground.close();
  },
};

async function onRun(own: Ground, signal: Signal, draw: Draw, folder: string): Promise<string | undefined> {
  const run = join(folder, 'run');
  const command = start(own, smallRun(run, targets), { env });
  const ended = await signalled(command, signal, draw.share() * own.runMs);
  const problem = problemOfEnd(ended, signal, [0]) ?? (await leftBy(command));
  if (problem !== undefined) return problem;
  if (!existsSync(join(run, 'manifest.json'))) return again(own, join(folder, 'again'));
  await readRun(run);
  const before = finishedTurns(run);
  const unfinished = await problemIn(own, ['--resume', run], [0], { env });
  if (unfinished !== undefined) return `--resume: ${unfinished}`;
  const after = finishedTurns(run);
  if (before.some((turn, place) => after[place] !== turn)) return 'a finished turn was lost';
  return (await problemOfFolder(run)) ?? problemOfCells(run, 0);
}

/** What was ended before there was a run must not keep the next one from it. */
async function again(own: Ground, run: string): Promise<string | undefined> {
  const problem = await problemIn(own, smallRun(run, targets), [0], { env });
  return problem ?? (await problemOfFolder(run)) ?? problemOfCells(run, 0);
}

async function onWorker(
  own: Ground,
  signal: Signal,
  draw: Draw,
  folder: string,
): Promise<string | undefined> {
  const command = start(own, smallRun(folder, targets), { env });
  let isOver = false;
  const over = command.process.finally(() => {
    isOver = true;
  });
  await Promise.race([over, delay(draw.share() * own.runMs)]);
  const choice = draw.share();
  while (!isOver) {
    const workers = livingWith(command.mark).filter((pid) =>
      commandLineOf(pid).includes('hosts/node/worker.js'),
    );
    const victim = workers[Math.floor(choice * workers.length)];
    if (victim !== undefined && sent(victim, signal)) break;
    await delay(20);
  }
  const ended = await over;
  const problem = problemOf(ended, [0]) ?? (await leftBy(command)) ?? (await problemOfFolder(folder));
  return problem ?? problemOfCells(folder, 1);
}

async function onSetUp(_: Ground, signal: Signal, draw: Draw, folder: string): Promise<string | undefined> {
  const own = await setUp.get();
  const command = own.start(folder);
  const ended = await signalled(command, signal, draw.share() * own.durationMs);
  const problem = problemOfEnd(ended, signal, [0]) ?? (await leftBy(command));
  return problem ?? (await own.repeat(folder));
}

/** A gate is one session: what is left of it can be reported, and is not continued. */
async function onGate(own: Ground, signal: Signal, draw: Draw, folder: string): Promise<string | undefined> {
  const sides = ['--against', 'lying/honest', '--targets', 'lying/slower'];
  const command = start(own, ['gate', ...sides, ...smallWork(), '--time', '8s', '--out', folder], { env });
  const ended = await signalled(command, signal, draw.share() * gateMs);
  const problem = problemOfEnd(ended, signal, [0, 1, 3, 4]) ?? (await leftBy(command));
  if (problem !== undefined || !existsSync(join(folder, 'manifest.json'))) return problem;
  await readRun(folder);
  const unread = await problemIn(own, ['report', folder], [0], { env });
  if (unread !== undefined) return `report: ${unread}`;
  const continued = await problemIn(own, ['--resume', folder], [exitStatus.usage], { env });
  return continued && `--resume: ${continued}`;
}

async function signalled(command: ReturnType<typeof start>, signal: Signal, afterMs: number): Promise<Ended> {
  await Promise.race([command.process, delay(afterMs)]);
  command.process.kill(signal);
  return command.process;
}

/** False where the process is gone already. */
function sent(pid: number, signal: Signal): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

/** @param done exit statuses of a command that was over before the signal */
function problemOfEnd(ended: Ended, signal: Signal, done: readonly number[]): string | undefined {
  const { exitCode, signal: endedBy, timedOut } = ended;
  if (timedOut) return 'it did not come to its end';
  const statuses = [...done, 128 + constants.signals[signal]];
  const isRight = endedBy === signal || (exitCode !== undefined && statuses.includes(exitCode));
  return isRight ? stackTraceIn(ended) : `${signal} ended it with ${endedBy ?? `status ${exitCode}`}`;
}

/** @param most cells that may have no result */
function problemOfCells(folder: string, most: number): string | undefined {
  const without = cellsOf(folder).filter(({ state }) => state !== 'ok');
  if (without.length <= most) return undefined;
  return without.map(({ target, state, reason }) => `${target} is ${state}: ${reason}`).join('; ');
}

async function openGround(): Promise<Ground> {
  const arena = await openArena('kills');
  // The first one also makes what later ones find.
  await undisturbedRun(arena, join(arena.folder, 'first'));
  return { ...arena, runMs: await undisturbedRun(arena, join(arena.folder, 'second')) };
}
