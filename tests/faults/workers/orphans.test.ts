/** Whatever becomes of the coordinator, its stopped worker goes with it. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, describe, expect, it } from 'vitest';
import { buildFolder } from '../../../common/paths.js';
import { leftOver, livingWith, markName, stateOf } from './marked.js';

const folder = join(buildFolder, 'tests', 'faults');
const marks: string[] = [];

function startCoordinator(ending: string) {
  const mark = randomUUID();
  marks.push(mark);
  const coordinator = execa(process.execPath, [join(folder, 'workers', 'coordinator.js'), ending], {
    env: { [markName]: mark, TOUCHSTONE_ADAPTER: join(folder, 'adapters', 'faulty.js') },
    reject: false,
  });
  return { coordinator, mark };
}

afterEach(() => {
  // A test that has failed must not leave behind what it was about.
  for (const pid of marks.splice(0).flatMap(livingWith)) process.kill(pid, 'SIGKILL');
});

describe('a stopped worker is gone after its coordinator', () => {
  it.each(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP'] as const)('is killed by %s', async (signal) => {
    const { coordinator, mark } = startCoordinator('is killed');
    const { worker, canDieWithParent } = await firstLine(coordinator);
    expect(livingWith(mark).sort()).toEqual([coordinator.pid, worker].sort());
    // Where nothing would end a stopped orphan, it must not have been stopped.
    await expect.poll(() => stateOf(worker) === 'T').toBe(canDieWithParent);
    coordinator.kill(signal);
    await coordinator;
    expect(await leftOver(mark)).toEqual([]);
  });

  it.each(['exits', 'throws'])('%s', async (ending) => {
    const { coordinator, mark } = startCoordinator(ending);
    // It did have a worker to leave behind.
    expect((await coordinator).stdout).toMatch(/"worker":\d+/);
    expect(await leftOver(mark)).toEqual([]);
  });
});

type Coordinator = ReturnType<typeof startCoordinator>['coordinator'];

async function firstLine(coordinator: Coordinator) {
  const [chunk] = (await once(coordinator.stdout, 'data')) as [Buffer];
  return JSON.parse(String(chunk)) as { worker: number; canDieWithParent: boolean };
}
