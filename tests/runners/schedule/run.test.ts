import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../../common/run/run-folder.js';
import { executeRun } from '../../../runners/schedule/run.js';
import { makeWorld, type ScriptedTarget, type WorldOptions } from './scripted.js';

const fast: ScriptedTarget = { name: 'a/fast', iterationMs: 1, startMs: 100 };
const slow: ScriptedTarget = { name: 'b/slow', iterationMs: 3, startMs: 200 };

const turns = (events: readonly RunEvent[]) => events.filter((event) => event.type === 'turn');
const keyOf = (turn: { cell: string; round: number; block: number }) =>
  `${turn.cell}@${turn.round}.${turn.block}`;
const failed = (events: readonly RunEvent[]) => events.filter((event) => event.type === 'failed');

async function run(options: WorldOptions) {
  const world = makeWorld(options);
  const ending = await executeRun(world.context);
  return { ...world, ending };
}

describe('a run', () => {
  it('gates every cell, then measures it in every round, and leaves no worker behind', async () => {
    const { events, ending, alive } = await run({ targets: [fast, slow], workloads: ['v', 'w'], rounds: 8 });
    expect(ending).toBe('finished');
    expect(events.filter((event) => event.type === 'parity')).toHaveLength(4);
    const rounds = new Map<string, Set<number>>();
    for (const turn of turns(events))
      rounds.set(turn.cell, (rounds.get(turn.cell) ?? new Set()).add(turn.round));
    expect([...rounds.values()].map((set) => set.size)).toEqual([8, 8, 8, 8]);
    expect(alive()).toBe(0);
  });

  it('does not start what memory cannot hold, and says what it would need', async () => {
    const costs = { huge: { multiplyAdds: 1, bytes: 40 * 2 ** 30 } };
    const { events, asked } = await run({
      targets: [fast],
      workloads: ['huge', 'w'],
      rounds: 2,
      costs,
      availableBytes: 16 * 2 ** 30,
    });
    const [one, ...more] = failed(events);
    expect(more).toEqual([]);
    expect(one).toMatchObject({ cell: 'huge:inference:b1:float32:cpu:a/fast', state: 'failed' });
    expect(one?.reason).toMatch(/predicted, not started: it needs 40\.0 GiB .* 16\.0 GiB are available/);
    expect(turns(events).every(({ cell }) => cell.startsWith('w:'))).toBe(true);
    // Without a probe: memory is known from the graph.
    expect(asked.filter((request) => request === 'a/fast load').length).toBe(1 + 2);
  });

  it('does not start what its probe says would miss the deadline, once for all cells of a target', async () => {
    // At the probe, 115.6 M multiply-adds: `fast` does 116 G a second and `slow` 39 G; a request has one second.
    const costs = {
      large: { multiplyAdds: 40e9, bytes: 1 },
      larger: { multiplyAdds: 39e9, bytes: 1 },
    };
    const { events, asked } = await run({
      targets: [fast, slow],
      workloads: ['large', 'larger'],
      rounds: 1,
      costs,
    });
    expect(failed(events).map(({ cell }) => cell)).toEqual([
      'large:inference:b1:float32:cpu:b/slow',
      'larger:inference:b1:float32:cpu:b/slow',
    ]);
    expect(failed(events)[0]?.reason).toMatch(/an iteration would take about 1\.0 s \(40\.0 G multiply-adds/);
    expect(asked.filter((request) => request === 'b/slow load')).toHaveLength(1);
  });

  it('asks a recurrent probe about recurrent cells', async () => {
    // Of 134.2 M multiply-adds: the same millisecond is 134 G a second there, and 116 G at the convolution.
    const costs = {
      convolutions: { multiplyAdds: 50e9, bytes: 1 },
      lstm: { multiplyAdds: 50e9, bytes: 1, recurrent: true },
    };
    const { events } = await run({ targets: [fast], workloads: ['convolutions', 'lstm'], rounds: 1, costs });
    expect(failed(events).map(({ cell }) => cell)).toEqual(['convolutions:inference:b1:float32:cpu:a/fast']);
  });

  it('starts as many of the cheapest cells as a round of the budget holds, and says so of the others', async () => {
    // At `slow`'s 39 G a second: 0.1 s, 0.2 s and 0.3 s an iteration, and two of each in a round.
    const costs = {
      large: { multiplyAdds: 11.7e9, bytes: 1 },
      small: { multiplyAdds: 3.9e9, bytes: 1 },
      middle: { multiplyAdds: 7.8e9, bytes: 1 },
    };
    const workloads = ['large', 'small', 'middle'];
    const { events, asked } = await run({ targets: [slow], workloads, rounds: 1, budgetMs: 310, costs });
    expect(failed(events).map(({ cell }) => cell)).toEqual(['large:inference:b1:float32:cpu:b/slow']);
    expect(failed(events)[0]?.reason).toMatch(
      /predicted, not started: .*the time budget is 0\.3 s \(--time\), 0\.6 s of which go to cells that take less/,
    );
    // The probe, and the gate and the round of two cells.
    expect(asked.filter((request) => request === 'b/slow load')).toHaveLength(1 + 2 + 2);
  });

  it('loads rivals one at a time, there and back, where memory does not hold them at once', async () => {
    const large = { ...fast, peakRssBytes: 3 * 2 ** 30 };
    const larger = { ...slow, peakRssBytes: 6 * 2 ** 30 };
    const { events, asked } = await run({ targets: [large, larger], rounds: 8, availableBytes: 8 * 2 ** 30 });
    const [first] = turns(events);
    for (let round = 0; round < 8; round++) {
      const own = turns(events).filter((turn) => turn.round === round);
      const sittings = own
        .filter((turn, index) => turn.cell !== own[index - 1]?.cell)
        .map(({ cell }) => cell);
      expect(sittings).toHaveLength(3);
      expect(sittings[0]).toBe(sittings[2]);
      const blocks = own.filter(({ cell }) => cell === first?.cell).map(({ block }) => block);
      expect(blocks).toEqual([...blocks.keys()]);
    }
    // A load asks for the one before to be put away.
    const loaded = asked.filter((request) => / (load|unload)$/.test(request)).slice(-16);
    expect(loaded.map((request) => request.split(' ')[1])).toEqual(
      Array.from({ length: 8 }, () => ['load', 'unload']).flat(),
    );
  });

  it('never has two workers awake at once', async () => {
    const { mostAwake } = await run({ targets: [fast, slow], rounds: 3 });
    expect(mostAwake()).toBe(1);
  });

  it('gives the same order for the same seed and another for another', async () => {
    const order = async (seed: number) =>
      turns((await run({ targets: [fast, slow], rounds: 4, seed })).events).map(keyOf);
    expect(await order(7)).toEqual(await order(7));
    expect(await order(7)).not.toEqual(await order(8));
  });

  it('alternates the targets of a group turn by turn', async () => {
    const { events } = await run({ targets: [fast, slow], rounds: 1 });
    const blocks = new Map<number, string[]>();
    for (const turn of turns(events)) blocks.set(turn.block, [...(blocks.get(turn.block) ?? []), turn.cell]);
    for (const cells of blocks.values()) expect(new Set(cells).size).toBe(2);
    const order = turns(events).map((turn) => turn.block);
    expect(order).toEqual([...order].sort((a, b) => a - b));
  });

  it('stays inside its budget but for the slowest iteration', async () => {
    const targets = [fast, { ...slow, iterationMs: 900 }];
    const world = makeWorld({ targets, workloads: ['v', 'w'], budgetMs: 5_000 });
    await executeRun(world.context);
    const scheduledMs = world.events.find((event) => event.type === 'schedule')?.atMs ?? Number.NaN;
    expect(world.nowMs() - scheduledMs).toBeLessThanOrEqual(5_000 + 900);
    expect(turns(world.events).length).toBeGreaterThan(0);
  });

  it('times a target only on the device that was asked for', async () => {
    const gpu = { kind: 'cuda', index: 0, name: 'NVIDIA H200', driver: 'CUDA 13.0', software: false };
    const there = { ...fast, name: 'a/there', deviceKind: 'cuda', device: gpu };
    // The framework fell back to the processors.
    const fallen = { ...fast, name: 'a/fallen', deviceKind: 'cuda' };
    const { events, starts } = await run({ targets: [there, fallen], rounds: 2 });
    expect(failed(events)).toEqual([
      expect.objectContaining({
        cell: 'w:inference:b1:float32:cuda0:a/fallen',
        state: 'failed',
        reason: expect.stringMatching(/^a\/fallen computes on cpu, not on cuda0 \(/),
      }),
    ]);
    expect(new Set(turns(events).map(({ cell }) => cell))).toEqual(
      new Set(['w:inference:b1:float32:cuda0:a/there']),
    );
    const started = starts.filter(({ target }) => !target.startsWith('null/'));
    expect(started.every(({ device }) => device.kind === 'cuda' && device.index === 0)).toBe(true);
    const devices = events.flatMap((event) =>
      event.type === 'process' && event.target === 'a/there' ? [event.device] : [],
    );
    expect(devices[0]).toEqual(gpu);
  });

  it('times a version only where that is what runs', async () => {
    const target = (name: string, runs: string) => ({ ...fast, name, versions: { a: runs, numpy: '9.9.9' } });
    const { events } = await run({
      targets: [target('a@2.0.0/right', '2.0.0+cpu'), target('a@2.0.0/wrong', '1.0.0')],
      rounds: 2,
    });
    expect(new Set(turns(events).map(({ cell }) => cell.split(':').at(-1)))).toEqual(
      new Set(['a@2.0.0/right']),
    );
    expect(failed(events)).toEqual([
      expect.objectContaining({
        state: 'failed',
        reason: expect.stringMatching(/a@2\.0\.0\/wrong runs a 1\.0\.0.*not version 2\.0\.0/),
      }),
    ]);
  });

  it('does not ask a worker of another protocol anything', async () => {
    const { events, asked } = await run({ targets: [fast, { ...slow, protocol: 999 }], rounds: 2 });
    expect(failed(events)).toMatchObject([
      { state: 'failed', reason: expect.stringMatching(/^b\/slow speaks protocol 999, not \d+ \(/) },
    ]);
    expect(asked.filter((request) => request === 'b/slow load')).toEqual([]);
  });

  it('does not mix versions of a target', async () => {
    const versionsOf = (process: number) => ({ b: process < 4 ? '1.0' : '2.0' });
    const { events } = await run({ targets: [fast, { ...slow, versionsOf }], rounds: 3 });
    expect(failed(events)).toMatchObject([
      { state: 'failed', reason: 'b/slow has changed since the run began: b: 1.0 → 2.0 (begin a new run)' },
    ]);
  });

  it('believes no turn that cannot be true', async () => {
    const lying = { ...slow, claims: (samplesNs: readonly number[]) => samplesNs.map(() => 0) };
    const { events } = await run({ targets: [fast, lying], rounds: 2 });
    expect(failed(events)).toMatchObject([
      {
        state: 'failed',
        reason: expect.stringMatching(/^b\/slow cannot be believed: its \d+ iterations took 0 ns/),
      },
    ]);
  });

  it('measures the throughput of what queues once a round, behind its turns, and audits that too', async () => {
    const gpu = { ...fast, name: 'c/gpu', queued: 0.5 };
    const { events, asked } = await run({ targets: [fast, gpu], rounds: 3 });
    const found = events.filter((event) => event.type === 'throughput');
    expect(found.map(({ cell, round }) => `${cell.split(':').at(-1)} ${round}`)).toEqual(
      [0, 1, 2].map((round) => `c/gpu ${round}`),
    );
    for (const { samplesNs, submissions, batch } of found) {
      expect([submissions, batch]).toEqual([8, 8]);
      expect(new Set(samplesNs)).toEqual(new Set([0.5e6]));
    }
    const last = asked.lastIndexOf('c/gpu turn');
    expect(asked.slice(last + 1)).not.toContain('a/fast turn');
    expect(failed(events)).toEqual([]);
    const wrong = await run({ targets: [{ ...gpu, wrongAudit: true }], rounds: 1 });
    expect(failed(wrong.events)).toMatchObject([{ state: 'wrong' }]);
  });

  it('takes no compilation of shaders for the time of an iteration, however long it is', async () => {
    const device = { kind: 'webgpu', index: 0, name: 'a device', driver: null, software: false };
    const shaders = { ...fast, name: 'c/gpu', compileMs: 5_000, deviceKind: 'webgpu', device };
    const { events } = await run({ targets: [shaders], rounds: 1, budgetMs: 120_000 });
    expect(events.find((event) => event.type === 'parity')).toMatchObject({
      firstNs: 5.001e9,
      iterationNs: 1e6,
    });
    expect(turns(events).length).toBeGreaterThan(1);
  });

  it('compares what says that it multiplies in float16 by the tolerance of that', async () => {
    // Off by a thousandth of the smallest output.
    const half = { ...slow, offset: 1e-3, configuration: { arithmetic: 'float16' } };
    const single = { ...half, name: 'c/single', configuration: { arithmetic: 'float32' } };
    const { events } = await run({ targets: [fast, half, single], rounds: 1 });
    const passed = events.flatMap((event) =>
      event.type === 'parity' ? [[event.cell.split(':').at(-1), event.passed]] : [],
    );
    expect(Object.fromEntries(passed)).toEqual({ 'a/fast': true, 'b/slow': true, 'c/single': false });
  });

  it('finishes the first round, however small the budget', async () => {
    const slowest = { ...slow, iterationMs: 30_000 };
    const { events, ending } = await run({ targets: [slowest, fast], workloads: ['v', 'w'], budgetMs: 1 });
    expect(ending).toBe('finished');
    expect(failed(events)).toEqual([]);
    const measured = turns(events).filter(({ round }) => round === 0);
    expect(new Set(measured.map(({ cell }) => cell)).size).toBe(4);
    expect(turns(events)).toHaveLength(measured.length);
  });

  it('checks all cells of a target in one process', async () => {
    const { events } = await run({ targets: [fast, slow], workloads: ['v', 'w'], rounds: 2 });
    const checking = events.filter((event) => event.type === 'process' && event.round === null);
    expect(checking.map((event) => ('target' in event ? event.target : ''))).toEqual([
      'a/fast',
      'b/slow',
      'null/node',
    ]);
  });

  it('does not check again what an earlier run has verified, and says when that was', async () => {
    const options = { targets: [fast, slow], workloads: ['v', 'w'], rounds: 2 };
    const { kept } = await run(options);
    expect(kept.size).toBe(4);
    const [id] = kept.keys();
    const { events, asked } = await run({ ...options, kept: new Map([...kept].slice(1)) });
    const checks = events.filter((event) => event.type === 'parity');
    expect(checks).toHaveLength(4);
    for (const { cell, checkedAt } of checks)
      expect(checkedAt).toBe(cell === id ? undefined : '2026-11-29T12:00:00.000Z');
    expect(asked.filter((request) => request.endsWith(' verify'))).toEqual(['a/fast verify']);
    expect(new Set(turns(events).map(({ cell }) => cell)).size).toBe(4);
  });

  it('keeps no verdict of a cell that is wrong', async () => {
    const refusing: ScriptedTarget = {
      ...slow,
      fail(body) {
        if (body.type === 'verify') throw new Error('segmentation fault');
      },
    };
    const { kept } = await run({ targets: [fast, refusing], rounds: 1 });
    expect([...kept.keys()]).toEqual(['w:inference:b1:float32:cpu:a/fast']);
  });

  it('goes on in a new process after a cell whose check failed', async () => {
    const breaking: ScriptedTarget = {
      ...slow,
      fail(body, process) {
        if (body.type === 'verify' && process === 1) throw new Error('segmentation fault');
      },
    };
    const { events } = await run({ targets: [fast, breaking], workloads: ['v', 'w'], rounds: 2 });
    expect(failed(events)).toMatchObject([{ cell: 'v:inference:b1:float32:cpu:b/slow' }]);
    expect(new Set(turns(events).map(({ cell }) => cell)).size).toBe(3);
  });

  it('takes what a fresh process tells from the first cell of every round, of each cell as often', async () => {
    const { events } = await run({ targets: [fast, slow], workloads: ['u', 'v', 'w'], rounds: 6 });
    const fresh = events.filter((event) => event.type === 'fresh');
    expect(fresh).toHaveLength(2 * 6);
    for (const cell of new Set(turns(events).map((turn) => turn.cell)))
      expect(fresh.filter((event) => event.cell === cell)).toHaveLength(2);
    const ofFast = fresh.filter(({ cell }) => cell.endsWith(fast.name));
    for (const event of ofFast) expect(event).toMatchObject({ loadNs: 1e6, firstNs: 1e6, peakRssBytes: 1 });
  });

  it('starts and loads on all processors at once, and takes every turn on the same ones', async () => {
    const { starts, moves, events } = await run({ targets: [fast, slow], rounds: 2, threads: [1] });
    const inRounds = starts.slice(-4);
    expect(inRounds.map(({ cpus }) => cpus.join()).sort()).toEqual(['1', '1', '2', '2']);
    // One of each round was started elsewhere, and comes to processor 1 for its turns.
    expect(moves.filter(({ cpus }) => cpus.join() === '1').length).toBeGreaterThanOrEqual(2);
    expect(new Set(turns(events).map(({ cell }) => cell)).size).toBe(2);
  });
});

describe('a gate', () => {
  const roles = ['a/new', 'b/old', 'b/old~control'];
  const [candidate = '', baseline = '', control = ''] = roles;
  const gate = {
    against: baseline,
    baselineName: baseline,
    candidateName: candidate,
    subjects: [{ candidate, baseline, control }],
  };

  it('gives no side a place in the order or a processor of its own, however slow it once was', async () => {
    const targets = roles.map((name) => ({ ...fast, name, startMs: name === candidate ? 5 : 2 }));
    const rounds = 150;
    const { starts } = await run({ targets, rounds, threads: [1], gate, budgetMs: 1e7 });
    const inRounds = starts.slice(-roles.length * rounds);
    for (const role of roles) {
      const first = inRounds.filter(({ target }, index) => index % roles.length === 0 && target === role);
      // A third of 150, ± four standard deviations.
      expect(Math.abs(first.length - rounds / 3)).toBeLessThan(4 * Math.sqrt((rounds * 2) / 9));
      const onOne = inRounds.filter(({ target, cpus }) => target === role && cpus.join() === '1');
      expect(Math.abs(onOne.length - rounds / 2)).toBeLessThan(4 * Math.sqrt(rounds / 4));
    }
  });
});

describe('a run with several thread counts', () => {
  it('gives every count processes of its own on as many processors, one count after the other', async () => {
    const { events, starts, gaveWay, alive } = await run({
      targets: [fast, slow],
      workloads: ['v', 'w'],
      rounds: 6,
      threads: [1, 2],
    });
    expect(alive()).toBe(0);
    for (const { threads, cpus } of starts) expect(cpus).toHaveLength(threads);
    // Two of a count beside one another in the rounds, never those of both.
    expect(Math.max(...starts.map(({ others }) => others))).toBe(1);
    const rounds = new Map<string, Set<number>>();
    for (const turn of turns(events))
      rounds.set(turn.cell, (rounds.get(turn.cell) ?? new Set()).add(turn.round));
    expect(rounds.size).toBe(8);
    for (const seen of rounds.values()) expect(seen.size).toBe(6);
    const processes = new Map(
      events.flatMap((event) => (event.type === 'process' ? [[event.process, event.threads] as const] : [])),
    );
    for (const { cell, process } of turns(events)) expect(cell).toContain(`:t${processes.get(process)}:`);
    // Both orders occur.
    expect(new Set(gaveWay.slice(1).join('').match(/../g))).toEqual(new Set(['12', '21']));
  });

  it('loses the cells of the count at which a target fails, and no others', async () => {
    const failing = { ...slow, name: 'b/fails' };
    const world = makeWorld({ targets: [fast, failing], rounds: 2, threads: [1, 2] });
    const { startWorker } = world.context;
    const context = {
      ...world.context,
      startWorker: (request: Parameters<typeof startWorker>[0]) => {
        if (request.target === 'b/fails' && request.threads === 2) throw new Error('cannot import');
        return startWorker(request);
      },
    };
    await executeRun(context);
    expect(failed(world.events).map(({ cell }) => cell)).toEqual(['w:inference:b1:t2:float32:cpu:b/fails']);
    expect(new Set(turns(world.events).map(({ cell }) => cell)).size).toBe(3);
  });
});

describe('a target that fails', () => {
  it('while it is timed costs that cell only; a fresh process serves the others', async () => {
    let hit = false;
    const breaking: ScriptedTarget = {
      ...slow,
      fail(body) {
        if (body.type !== 'turn' || hit) return;
        hit = true;
        throw new Error('segmentation fault');
      },
    };
    const { events, ending } = await run({ targets: [fast, breaking], workloads: ['v', 'w'], rounds: 3 });
    expect(ending).toBe('finished');
    expect(failed(events)).toMatchObject([{ state: 'failed', reason: 'segmentation fault' }]);
    const survivors = new Set(
      turns(events)
        .filter((turn) => turn.round === 2)
        .map((turn) => turn.cell),
    );
    expect(survivors.size).toBe(3);
  });

  it('to start costs all of its cells and nobody else any', async () => {
    const dead: ScriptedTarget = {
      ...slow,
      fail(body) {
        if (body.type === 'describe') throw new Error('cannot import');
      },
    };
    const { events } = await run({ targets: [fast, dead], workloads: ['v', 'w'], rounds: 2 });
    expect(failed(events).map((event) => event.cell)).toEqual(
      ['v', 'w'].map((name) => `${name}:inference:b1:float32:cpu:b/slow`),
    );
    expect(new Set(turns(events).map((turn) => turn.cell)).size).toBe(2);
  });

  it('in the audit is wrong, and is not measured any more', async () => {
    const { events } = await run({ targets: [fast, { ...slow, wrongAudit: true }], rounds: 4 });
    expect(failed(events)).toMatchObject([{ state: 'wrong' }]);
    expect(failed(events)[0]?.reason).toContain('timed iteration');
    expect(turns(events).filter((turn) => turn.cell.endsWith('b/slow') && turn.round > 0)).toEqual([]);
  });
});

describe('a worker that meets a full disk', () => {
  it.each(['verify', 'audit'])('in %s ends the run and costs no cell', async (type) => {
    const full: ScriptedTarget = {
      ...slow,
      fail(body) {
        if (body.type === type) throw new Error("ENOSPC: no space left on device, open 'x'");
      },
    };
    const world = makeWorld({ targets: [fast, full], rounds: 2 });
    await expect(executeRun(world.context)).rejects.toMatchObject({ code: 'storage' });
    expect(failed(world.events)).toEqual([]);
    expect(world.alive()).toBe(0);
  });
});

describe('a run that was interrupted at any request', () => {
  it('resumes with no finished turn lost and none counted twice', async () => {
    const options: WorldOptions = { targets: [fast, slow], workloads: ['v', 'w'], rounds: 3 };
    const whole = await run(options);
    const planned = turns(whole.events).map(keyOf).sort();
    for (let abortAfter = 1; abortAfter < whole.asked.length; abortAfter += 7) {
      const first = await run({ ...options, abortAfter });
      expect(first.ending).toBe('interrupted');
      expect(first.alive()).toBe(0);
      const second = await run({ ...options, earlier: first.events });
      const kept = turns(second.events).map(keyOf).sort();
      expect(new Set(kept).size).toBe(kept.length);
      expect(kept).toEqual(planned);
      expect(turns(second.events).slice(0, turns(first.events).length)).toEqual(turns(first.events));
      expect(failed(second.events)).toEqual([]);
    }
  });
});
