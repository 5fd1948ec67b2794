/** The page of `npm run real-models`, from a ledger. */
import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../runners/conformance/verify.js';
import { ledgerInMemory } from '../../../scripts/measure/ledger.js';
import { exporterOf } from '../../../scripts/real-models/exporter.js';
import { keyOf, type ListedPackage } from '../../../scripts/real-models/list.js';
import { multiplyAddsText, page } from '../../../scripts/real-models/page.js';
import { type Row, steps } from '../../../scripts/real-models/rows.js';

const file = { path: 'pkg/model.onnx', input: ['x=1x4'], range: ['n=2'], data: [] };
const listed: ListedPackage = {
  name: 'pkg',
  version: '1.0',
  task: 'text',
  wheel: 'pkg-1.0-py3-none-any.whl',
  sha256: 'a'.repeat(64),
  files: [file],
};
const key = keyOf(listed, file);
const [day, targets] = ['2026-11-30', ['onnxruntime/cpu', 'pytorch/cpu', 'jax/cpu']];
const readable: Row = {
  kind: 'file',
  day,
  readable: true,
  exporter: 'pytorch 2.1',
  opset: 17,
  nodes: 9,
  multiplyAdds: 3.6e9,
};
const outcome = (target: string, found: Outcome, more: object = {}): Row => ({
  kind: 'outcome',
  target,
  day,
  precision: 'float32',
  tolerance: 1e-3,
  outcome: found,
  ...more,
});
const ok: Outcome = { state: 'ok', error: 1e-6 };

/** The page of a ledger with these steps. */
function pageOf(rows: Readonly<Record<string, Row>>): string {
  const kept = ledgerInMemory<Row>();
  for (const [step, row] of Object.entries(rows)) kept.add(step, [row]);
  return page([listed], targets, kept.entriesOf);
}
const ranWith = (...rows: Row[]) =>
  Object.fromEntries(
    rows.map((row) => [row.kind === 'outcome' ? steps.outcome(key, row.target) : steps.file(key), row]),
  );
/** The cells of the first line that begins so. */
const cells = (text: string, start: string) =>
  (text.split('\n').find((line) => line.startsWith(`| ${start}`)) ?? '')
    .split('|')
    .map((cell) => cell.trim());

it('leaves out what has not been run', () => {
  expect(pageOf({})).toContain('0 ONNX files inside 0 Python packages');
});

describe('a file', () => {
  const text = pageOf(
    ranWith(
      readable,
      outcome('onnxruntime/cpu', ok),
      outcome('pytorch/cpu', {
        state: 'unsupported',
        reason: 'STFT (node 3) is not supported | use another',
      }),
      outcome('jax/cpu', { state: 'wrong', reason: 'output y: relative error 3.0e-2' }),
    ),
  );

  it('has what it was given, its exporter, and how many targets agree', () => {
    expect(cells(text, 'pkg 1.0')).toEqual([
      '',
      'pkg 1.0',
      '`pkg/model.onnx`',
      '`x=1x4` `--range n=2`',
      'pytorch 2.1',
      'float32',
      '3.6 G',
      '1 of 3',
      '',
    ]);
  });

  it('is counted for each target', () => {
    expect(cells(text, '`jax/cpu`').slice(1, -1)).toEqual(['`jax/cpu`', '0', '0', '1', '0']);
    expect(cells(text, '`pytorch/cpu`').slice(1, -1)).toEqual(['`pytorch/cpu`', '0', '1', '0', '0']);
  });

  it('has reasons, which keep to their line', () => {
    expect(text).toContain('`pytorch/cpu`: unsupported: STFT (node 3) is not supported \\| use another');
  });

  it('that is wrong says what ONNX Runtime makes of the same file', () => {
    expect(text).toContain(
      '`jax/cpu`: wrong: output y: relative error 3.0e-2 (ONNX Runtime on the file: ok)',
    );
  });
});

it('has a reason that several targets give once', () => {
  const refused: Outcome = { state: 'unsupported', reason: 'no kernel' };
  const text = pageOf(ranWith(readable, outcome('pytorch/cpu', refused), outcome('jax/cpu', refused)));
  expect(text).toContain('`pytorch/cpu`, `jax/cpu`: unsupported: no kernel');
});

it('lists what is ok and yet further from ONNX Runtime than the tolerance', () => {
  const far = { fromRuntime: { error: 4e-3, passed: false } };
  const text = pageOf(ranWith(readable, outcome('pytorch/cpu', ok, far), outcome('jax/cpu', ok)));
  expect(text).toContain('`pytorch/cpu`: 4.0e-3, tolerance 1.0e-3');
  expect(text).not.toContain('`jax/cpu`: ');
});

it('says why a file is read by no target', () => {
  const text = pageOf(
    ranWith({ kind: 'file', day, readable: false, exporter: 'spox', reason: 'Loop is not supported' }),
  );
  expect(text).toContain('## Read by no target\n\n- pkg `pkg/model.onnx`: Loop is not supported');
  expect(cells(text, 'pkg 1.0').at(-2)).toBe('none');
});

describe('ONNX Runtime on the file and on its normalised form', () => {
  const forms: Row = { kind: 'forms', day, file: ok, normalised: ok, apart: { error: 0, passed: true } };
  const verdictOf = (low: number | null, high: number | null) => {
    const times: Row = { kind: 'times', day, ratio: 1.01, low, high, pairs: 200, note: '' };
    const text = pageOf({ ...ranWith(readable), [steps.forms(key)]: forms, [steps.times(key)]: times });
    return cells(text, 'pkg  ').at(-2);
  };

  it.each([
    ['within the bar', 0.99, 1.015, 'yes'],
    ['beyond it', 1.03, 1.04, 'no'],
    ['with its side in the interval', 1.0, 1.03, 'undecided'],
    ['without an interval', null, null, 'undecided'],
  ])('is decided by the whole interval: %s', (_, low, high, verdict) => {
    expect(verdictOf(low, high)).toBe(verdict);
  });

  it('has no ratio before it is timed', () => {
    const text = pageOf({ ...ranWith(readable), [steps.forms(key)]: forms });
    expect(cells(text, 'pkg  ').slice(3, -1)).toEqual(['1.0e-6', '1.0e-6', '0.0e+0', '', '']);
  });
});

it.each([
  [512, '512'],
  [680_000, '680 k'],
  [24_100_000, '24.1 M'],
  [3.6e9, '3.6 G'],
])('writes %d as %s', (count, text) => {
  expect(multiplyAddsText(count)).toBe(text);
});

describe('the exporter', () => {
  const field = (number: number, text: string) => [number * 8 + 2, text.length, ...Buffer.from(text)];

  it('is what the file names as its producer', () => {
    expect(
      exporterOf(Uint8Array.from([...field(2, 'pytorch'), ...field(3, '2.1'), ...field(7, 'graph')])),
    ).toBe('pytorch 2.1');
  });

  it('may not be said', () => {
    expect(exporterOf(Uint8Array.from(field(7, 'graph')))).toBe('unknown');
  });
});
