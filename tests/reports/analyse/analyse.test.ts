import { describe, expect, it } from 'vitest';
import type { CellResult, RunResults } from '../../../common/run/results.js';
import { clopperPearson } from '../../../common/statistics/binomial.js';
import { median } from '../../../common/statistics/quantiles.js';
import { analyse } from '../../../reports/analyse/analyse.js';
import { groupsOf } from '../../../reports/analyse/groups.js';
import { fixtureRun, truthUs } from '../fixtures.js';
import { seededRandom } from '../random.js';

const { manifest, events } = fixtureRun();
const results = analyse(manifest, events);

function cell(run: RunResults, group: string, target: string): CellResult {
  const found = run.cells.find((candidate) => candidate.id === `${group}:float32:cpu:${target}`);
  if (!found) throw new Error(`no cell ${group} ${target}`);
  return found;
}
const groupIndex = (of: CellResult) =>
  results.groups.findIndex((g) => g.workload === of.workload && g.mode === of.mode && g.batch === of.batch);
const group = (run: RunResults, workload: string, mode: string, batch: number) =>
  run.groups.find((g) => g.workload === workload && g.mode === mode && g.batch === batch)!;

describe('known answers', () => {
  it('finds the built-in times', () => {
    for (const result of results.cells.filter(({ state }) => state === 'ok')) {
      const trueNs = Number(truthUs[result.target]![groupIndex(result)]) * 1000;
      const { value, low, high, level, rounds } = result.metrics!.iterationNs;
      expect(value / trueNs).toBeCloseTo(1, 0.7);
      expect([level, rounds]).toEqual([0.99, 10]);
      expect(low).toBeLessThanOrEqual(trueNs);
      expect(high).toBeGreaterThanOrEqual(trueNs);
      expect(result.metrics!.itemsPerSecond.value).toBeCloseTo((result.batch * 1e9) / value, 6);
    }
  });

  it('finds the built-in ratios, though rounds differ by more than the targets do within one', () => {
    for (const found of results.groups) {
      for (const { target, baseline, ratio } of found.comparisons) {
        const index = results.groups.indexOf(found);
        const truth = Number(truthUs[target]![index]) / Number(truthUs[baseline]![index]);
        expect([target, ratio.low! <= truth && truth <= ratio.high!]).toEqual([target, true]);
        // What a round's processes share must have gone: it is in the times, not in their ratio.
        const { low, high } = results.cells.find(
          (c) => c.target === target && results.groups.indexOf(found) === groupIndex(c),
        )!.metrics!.iterationNs;
        expect(ratio.high! / ratio.low!).toBeLessThan(high! / low!);
      }
    }
  });

  it('compares apart what multiplies in float16, which is known only once it runs', () => {
    const half = events.map((event) =>
      event.type === 'process' && event.target === 'tfjs/wasm'
        ? { ...event, configuration: { ...event.configuration, arithmetic: 'float16' } }
        : event,
    );
    const found = analyse(manifest, half).groups.filter(
      ({ workload, mode, batch }) => workload === 'lenet5' && mode === 'inference' && batch === 1,
    );
    expect(found.map(({ precision }) => precision).sort()).toEqual(['float16', 'float32']);
    const apart = found.find(({ precision }) => precision === 'float16');
    expect(apart?.ranking.map(({ target }) => target)).toEqual(['tfjs/wasm']);
  });

  it('says how many processors a target really keeps busy, where it is another number than its rival has', () => {
    const doubled = (slower: number) =>
      events.map((event) =>
        event.type === 'turn' && event.cpuNs !== null
          ? {
              ...event,
              samplesNs: event.samplesNs.map((ns) => slower * ns),
              cpuNs: slower * (event.cell.endsWith('/wasm') ? 1.9 : 1) * event.cpuNs,
            }
          : event,
      );
    const unlike = (target: string, slower: number) => {
      const { comparisons } = group(analyse(manifest, doubled(slower)), 'lenet5', 'inference', 1);
      return comparisons.find((comparison) => comparison.target === target)?.notLikeForLike.join('; ');
    };
    expect(unlike('tfjs/wasm', 1000)).toContain('tfjs/wasm keeps 2 processors busy');
    expect(unlike('pytorch/cpu', 1000)).not.toContain('busy');
    // In a few milliseconds an engine’s compiler keeps more busy than the iterations do.
    expect(unlike('tfjs/wasm', 1)).not.toContain('busy');
  });

  it('finds the throughput of what is queued, beside its latency', () => {
    const run = fixtureRun({ queued: { 'tfjs/wasm': 0.5 } });
    const queued = analyse(run.manifest, run.events);
    const { iterationNs, throughput } = cell(queued, 'lenet5:inference:b64', 'tfjs/wasm').metrics!;
    expect(throughput?.submissions).toBe(8);
    const { value, low, high, rounds } = throughput!.itemsPerSecond;
    expect(rounds).toBe(10);
    expect(low).toBeLessThan(64 / (0.5 * 4100e-6));
    expect(high).toBeGreaterThan(64 / (0.5 * 4100e-6));
    expect(value).toBeGreaterThan((1.5 * 64e9) / iterationNs.value);
    expect(cell(queued, 'lenet5:inference:b64', 'pytorch/cpu').metrics).not.toHaveProperty('throughput');
  });

  it('ranks what differs and ties what does not', () => {
    expect(group(results, 'lenet5', 'inference', 1).ranking.map(({ ranks }) => ranks)).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
      [4, 5],
      [4, 5],
    ]);
    const tied = group(results, 'lenet5', 'inference', 1).ranking.slice(3);
    expect(tied.map(({ target }) => target).sort()).toEqual(['convnetjs/js', 'tfjs/js']);
    expect(group(results, 'lenet5', 'inference', 64).ranking).toEqual([
      { target: 'onnxruntime/cpu', ranks: [1, 1] },
      { target: 'pytorch/cpu', ranks: [2, 2] },
      { target: 'tfjs/wasm', ranks: [3, 3] },
      { target: 'tfjs/js', ranks: [4, 4] },
      { target: 'convnetjs/js', ranks: [5, 5] },
    ]);
  });

  it('equal targets seldom differ significantly, over many runs', () => {
    let told = 0;
    const runs = 40;
    for (let seed = 100; seed < 100 + runs; seed++) {
      const run = fixtureRun({ seed, rounds: 8, blocks: 1 });
      const ranks = group(analyse(run.manifest, run.events), 'lenet5', 'inference', 1).ranking.slice(3);
      if (ranks[0]!.ranks[0] !== ranks[1]!.ranks[0]) told++;
    }
    // At 5 % a chance of 0.3 % to exceed seven in forty.
    expect(told).toBeLessThanOrEqual(7);
  });

  it('is pure: the same run gives the same results, and the input is left alone', () => {
    const copy = structuredClone(events);
    expect(analyse(manifest, events)).toEqual(results);
    expect(events).toEqual(copy);
  });
});

it('among five equal targets the ranking separates some about as seldom as the report says', () => {
  const random = seededRandom(5);
  const template = results.cells.find(({ state }) => state === 'ok')!;
  const runs = 400;
  let told = 0;
  for (let run = 0; run < runs; run++) {
    const cells = Array.from({ length: 5 }, (_, target) => {
      const samples = Array.from({ length: 12 }, (_, round) => ({
        ...template.samples[0]!,
        round,
        samplesNs: [1e6 * Math.exp(0.02 * random.normal())],
      }));
      const iterationNs = {
        ...template.metrics!.iterationNs,
        value: median(samples.map((s) => s.samplesNs[0]!)),
      };
      return { ...template, target: `t${target}`, samples, metrics: { ...template.metrics!, iterationNs } };
    });
    if (groupsOf(cells, [])[0]!.ranking.some(({ ranks: [best] }) => best > 1)) told++;
  }
  // All pairs share the error, so that choosing the fastest from the same data costs nothing.
  expect(clopperPearson(told, runs, 0.999).low).toBeLessThan(0.05);
});

describe('states', () => {
  it('every planned cell has exactly one, in the order of the plan', () => {
    expect(results.cells.map(({ id }) => id)).toEqual(manifest.cells.map(({ id }) => id));
  });

  it.each([
    ['lenet5:training:b64', 'onnxruntime/cpu', 'unsupported', /no training, by design/],
    ['lenet5:inference:b1', 'jax/cpu', 'unavailable', /not installed/],
    ['lenet5:training:b64', 'tfjs/wasm', 'failed', /no kernel for the gradient/],
    ['lstm-rows:training:b1', 'tfjs/wasm', 'wrong', /gradient conv1.gradient differs .* by 6.2e-2 .*1.0e-4/],
    ['lenet5:inference:b1', 'slowpoke/js', 'wrong', /timed iteration of round 4 .*turn 1 differs/],
    ['lenet5:inference:b64', 'slowpoke/js', 'wrong', /output conv1.output differs/],
    ['lstm-rows:inference:b1', 'slowpoke/js', 'failed', /killed by SIGKILL/],
    ['lstm-rows:training:b1', 'slowpoke/js', 'unmeasured', /the run ended before its parity check/],
  ])('%s %s is %s', (key, target, state, reason) => {
    const found = cell(results, key, target);
    expect([found.state, found.metrics]).toEqual([state, null]);
    expect(found.reason).toMatch(reason);
    expect(results.groups.flatMap((g) => g.ranking.filter((r) => r.target === 'jax/cpu'))).toEqual([]);
  });

  it('a lost cell does not come back, whatever follows', () => {
    const id = cell(results, 'lenet5:inference:b1', 'pytorch/cpu').id;
    const lost = { type: 'failed', cell: id, state: 'failed', reason: 'gone', atMs: 1 } as const;
    const found = analyse(manifest, [lost, ...events]).cells.find((candidate) => candidate.id === id);
    expect([found?.state, found?.reason]).toEqual(['failed', 'gone']);
  });

  it('a run that was killed says which cells wait, and how it goes on', () => {
    const gates = events.findIndex(({ type }) => type === 'schedule');
    const killed = analyse(manifest, events.slice(0, gates));
    expect(killed.ending).toBe('interrupted');
    expect(cell(killed, 'lenet5:inference:b1', 'pytorch/cpu').reason).toMatch(
      /before its first turn; `--resume`/,
    );
    const empty = analyse(manifest, []);
    expect(cell(empty, 'lenet5:inference:b1', 'pytorch/cpu').reason).toMatch(
      /before its parity check; `--resume`/,
    );
    expect(empty.groups.every(({ ranking }) => ranking.length === 0)).toBe(true);
  });

  it('a session that resumes and is killed leaves the run interrupted', () => {
    const began = events.find(({ type }) => type === 'began')!;
    expect(analyse(manifest, [...events, began]).ending).toBe('interrupted');
  });
});

describe('few rounds', () => {
  it.each([
    [1, null],
    [2, null],
    [3, 0.95],
    [5, 0.95],
    [6, 0.95],
    [7, 0.95],
    [8, 0.99],
  ])('%i rounds: level %s', (rounds, level) => {
    const run = fixtureRun({ rounds, plannedRounds: 8, ending: 'interrupted' });
    const few = analyse(run.manifest, run.events);
    const ok = few.cells.filter(({ state }) => state === 'ok');
    expect(ok.length).toBeGreaterThan(10);
    for (const { metrics, notes } of ok) {
      expect(metrics!.iterationNs.level).toBe(level);
      expect(metrics!.iterationNs.low === null).toBe(level === null);
      expect(notes.some((note) => note.includes('planned rounds'))).toBe(rounds < 8);
    }
    const first = few.groups[0]!;
    expect(first.comparisons.every(({ adjustedP }) => (adjustedP === null) === (level === null))).toBe(true);
    const count = first.ranking.length;
    for (const { ranks } of first.ranking) if (level === null) expect(ranks).toEqual([1, count]);
    // Targets that differ by a factor of two and more are told apart by five rounds.
    if (rounds >= 5) expect(first.ranking.at(0)?.ranks).toEqual([1, 1]);
  });
});

describe('turns', () => {
  it('reports for how much of the time some task of the machine waited for a processor', () => {
    const witnessed = (pressureNs: number | null) =>
      events.map((event) => {
        if (event.type !== 'turn') return event;
        const lengthNs = event.samplesNs.reduce((sum, ns) => sum + ns, 0);
        const share = pressureNs === null ? null : pressureNs * lengthNs;
        const usual = { workNs: [2e5, 2e5] as [number, number], waitNs: 0, switches: 0, stolenTicks: 0 };
        return { ...event, witness: { ...usual, pressureNs: share, mhz: null } };
      });
    expect(analyse(manifest, witnessed(0.25)).interference.pressureShare).toBeCloseTo(0.25, 9);
    expect(analyse(manifest, witnessed(null)).interference.pressureShare).toBeNull();
    // Runs of older versions have no such witness.
    expect(results.interference.pressureShare).toBeNull();
  });

  it('a turn that was written twice counts once', () => {
    const turns = events.filter(({ type }) => type === 'turn');
    expect(analyse(manifest, [...events, ...turns]).cells).toEqual(results.cells);
  });

  it('rounds without a partner do not enter a ratio', () => {
    const alone = events.filter(
      (event) => !(event.type === 'turn' && event.cell.endsWith('pytorch/cpu') && event.round < 3),
    );
    const { comparisons } = group(analyse(manifest, alone), 'lenet5', 'inference', 1);
    expect(comparisons.find(({ target }) => target === 'pytorch/cpu')?.ratio.rounds).toBe(7);
  });

  it('what a program computes in the place of a device is ranked apart from hardware', () => {
    const swiftShader = { kind: 'webgpu', index: 0, name: 'swiftshader', driver: null, software: true };
    const run = fixtureRun({ devices: { 'pytorch/cpu': swiftShader } });
    const found = analyse(run.manifest, run.events);
    const own = found.groups.filter(
      ({ workload, mode, batch }) => workload === 'lenet5' && mode === 'inference' && batch === 1,
    );
    const targetsOf = (software: true | undefined) =>
      own.find((each) => each.software === software)?.ranking.map(({ target }) => target);
    expect(targetsOf(true)).toEqual(['pytorch/cpu']);
    expect(targetsOf(undefined)).not.toContain('pytorch/cpu');
    expect(own.flatMap(({ comparisons }) => comparisons).map(({ target }) => target)).not.toContain(
      'pytorch/cpu',
    );
  });

  it('batches count with all of their iterations', () => {
    const batched = events.map((event) => (event.type === 'turn' ? { ...event, batch: 10 } : event));
    const [plain, many] = [results, analyse(manifest, batched)].map((run) =>
      cell(run, 'lenet5:inference:b1', 'pytorch/cpu'),
    );
    expect(many?.metrics?.iterationNs).toEqual(plain?.metrics?.iterationNs);
    expect(many?.metrics?.cpuNsPerIteration?.value).toBeCloseTo(
      (plain?.metrics?.cpuNsPerIteration?.value ?? Number.NaN) / 10,
      6,
    );
    expect(many?.metrics?.percentilesNs).toEqual([]);
    expect(many?.notes.join()).toContain('timed in batches of up to 10 iterations');
  });

  it('a slow cell says what it got', () => {
    const { notes } = cell(results, 'lenet5:training:b64', 'slowpoke/js');
    expect(notes[0]).toMatch(/one iteration a round/);
    expect(notes.at(-1)).toMatch(/10 audits/);
  });
});
