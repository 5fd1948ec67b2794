/** A gate's report with every verdict, every metric and text that tries to leave the place it is printed in. */
import {
  exitOf,
  type GatedMetric,
  type GateFinding,
  type GateReport,
  type GateVerdict,
  gateReport,
} from '../../../reports/regression/report.js';

export const nasty =
  '| `a` ``` ]]> and ]]> ]]&gt; <b>bold</b> </details> [x](javascript:alert(1)) @octocat #12 **b** _i_ $x$ \u0000\u001b[31m\n# heading\r\n- item \ud800 \u0007 \u009b2J \u202e \u2066 &amp; <!-- -->';

export const nastyTarget = '</script><img src=x>|`@team`/cpu';

export function estimate(value: number, half = 0.02) {
  return { value, low: value - half, high: value + half, level: 0.99, rounds: 8 };
}

export function finding(
  verdict: GateVerdict,
  metric: GatedMetric,
  given: Partial<GateFinding> = {},
): GateFinding {
  const target = given.target ?? 'pytorch/cpu';
  const bare = metric === 'state';
  return {
    cell: `lenet5:inference:b1:float32:cpu:${target}`,
    target,
    workload: 'lenet5',
    mode: 'inference',
    batch: 1,
    metric,
    verdict,
    ratio: bare || verdict === 'unmeasured' ? null : estimate(verdict === 'regressed' ? 1.1 : 1),
    control: bare ? null : estimate(1, 0.005),
    margin: bare ? null : 0.02,
    stage: 'confirmation',
    reason: `it is ${verdict}`,
    accepted: null,
    ...given,
  };
}

/** In an order that is not that of the verdicts. */
export const everyVerdict: readonly GateFinding[] = [
  finding('ok', 'memory'),
  finding('improved', 'start-up', {
    cell: 'pytorch/cpu',
    workload: null,
    mode: null,
    batch: null,
    ratio: estimate(0.8),
  }),
  finding('unmeasured', 'parity'),
  finding('accepted', 'speed', {
    target: 'jax/cpu',
    ratio: estimate(1.06),
    accepted: { reason: `exact ${nasty}`, until: '2027-02-22', upTo: 1.1 },
  }),
  finding('inconclusive', 'speed', { target: 'tfjs/wasm' }),
  finding('regressed', 'speed', { target: nastyTarget, reason: nasty }),
  finding('broken', 'state', { reason: 'ok → wrong: the output differs' }),
];

export function report(
  findings: readonly GateFinding[] = everyVerdict,
  given: Partial<GateReport> = {},
): GateReport {
  return gateReport.parse({
    $schema: 'urn:touchstone:gate-report:1',
    version: 1,
    kind: 'live',
    startedAt: '2026-11-24T10:11:12.345Z',
    command: "npm run bench -- gate --against 'origin/main' --targets 'pytorch/*'",
    baseline: { name: 'origin/main', versions: { torch: '2.8.0', commit: 'aaa' } },
    candidate: { name: 'HEAD', versions: { torch: '2.9.0', commit: 'aaa' } },
    machine: {
      platform: 'linux',
      cpu: 'AMD EPYC | <x>',
      cores: 2,
      memoryBytes: 8e9,
      kernel: '6.1',
      node: '20.20.0',
      instructionSets: ['avx2'],
    },
    notLikeForLike: [],
    runs: ['.touchstone/runs/x'],
    findings: [...findings],
    summary: '1 cell is broken, 1 is slower by 10 % [8, 12]',
    exit: exitOf(findings),
    ...given,
  });
}

/** So many findings of one verdict, each of a cell of its own. */
export function many(count: number, verdict: GateVerdict, reason = 'shown not to be worse'): GateFinding[] {
  return Array.from({ length: count }, (_, index) =>
    finding(verdict, 'speed', { cell: `w${index}:inference:b1:float32:cpu:pytorch/cpu`, reason }),
  );
}
