/** What a worker can say or do that is not true, and whether it has to be found out. */
import type { Mode } from '../../../../model/workload.js';
import { protocolVersion } from '../../../../runners/protocol/messages.js';
import { type Draw, drawFor } from '../mutations/draw.js';
import { mutateJson } from '../mutations/json.js';
import { deeds } from './deeds.js';
import { type Spoiler, spoilers } from './spoilt-files.js';

/** Names the lie of a run to the coordinator and its adapter. */
export const seedVariable = 'TOUCHSTONE_FAULTS_SEED';

/** Part of a reply, by its name. */
export type Result = Readonly<Record<string, unknown>>;

export interface Lie {
  readonly name: string;
  /** `caught`: the cell must not be ok. `harmless`: it must be. `either`: it may be believed, since it might be true. */
  readonly expected: 'caught' | 'harmless' | 'either';
  /** In which it can be told; either where nothing is given. */
  readonly mode?: Mode;
  /** Changes a result that has all properties of `marks`. */
  readonly result?: { readonly marks: readonly string[]; change(result: Result, draw: Draw): Result };
  /** Does something in place of a reply or around it; see `deeds.ts`. */
  readonly deed?: (reply: string, draw: Draw) => string;
  /** Changes the files of tensors. */
  readonly file?: Spoiler;
}

const turn = ['samplesNs', 'auditBuffer'];
const year = 3e16;

const results: readonly Lie[] = [
  inTurn('no samples', () => ({ samplesNs: [] })),
  inTurn('samples of zero', ({ samplesNs }) => ({ samplesNs: same(samplesNs, 0) })),
  inTurn('samples below zero', ({ samplesNs }) => ({ samplesNs: same(samplesNs, -1) })),
  inTurn('samples of a year', ({ samplesNs }) => ({ samplesNs: same(samplesNs, year) })),
  inTurn('samples that are no numbers', ({ samplesNs }) => ({ samplesNs: same(samplesNs, Number.NaN) })),
  inTurn('samples that are text', ({ samplesNs }) => ({ samplesNs: same(samplesNs, '1000000') })),
  inTurn('more samples than asked for', () => ({ samplesNs: Array<number>(20_001).fill(1) })),
  {
    ...inTurn('another buffer', ({ auditBuffer }) => ({ auditBuffer: (Number(auditBuffer) + 1) % 4 })),
    mode: 'inference',
  },
  { ...inTurn('a buffer that is not there', () => ({ auditBuffer: 1_000 })), mode: 'inference' },
  { ...inTurn('no losses', () => ({ losses: [] })), mode: 'training' },
  { ...inTurn('other losses', ({ losses }) => ({ losses: same(losses, 0.5) })), mode: 'training' },
  {
    ...inTurn('losses that are no numbers', ({ losses }) => ({ losses: same(losses, null) })),
    mode: 'training',
  },
  { ...inTurn('losses where nothing is trained', () => ({ losses: [1] })), mode: 'inference' },
  { ...inTurn('a loss that was not finite', () => ({ finite: false })), mode: 'training' },
  changed('another protocol', ['protocol'], () => ({ protocol: protocolVersion + 1 }), 'caught'),
  changed('no protocol', ['protocol'], () => ({ protocol: undefined }), 'caught'),
  changed('other processors', ['protocol'], () => ({ cpus: [4_000] }), 'either'),
  changed('another device', ['importNs'], () => ({ device: accelerator }), 'caught'),
  changed(
    'versions that change',
    ['importNs'],
    () => ({ versions: { scripted: String(process.pid) } }),
    'caught',
  ),
  changed('an import before it began', ['importNs'], () => ({ importNs: -1 }), 'caught'),
  changed('a load of a year', ['loadNs'], () => ({ loadNs: year }), 'either'),
  changed('settings that are none', ['loadNs'], () => ({ configuration: { form: { of: [1] } } }), 'caught'),
  changed('a warm-up without samples', ['samplesNs'], () => ({ samplesNs: [] }), 'caught'),
  changed(
    'a warm-up of a year',
    ['samplesNs'],
    ({ samplesNs }) => ({ samplesNs: same(samplesNs, year) }),
    'either',
  ),
  changed('memory below zero', ['peakRssBytes'], () => ({ peakRssBytes: -1 }), 'caught'),
  changed('memory of a petabyte', ['peakRssBytes'], () => ({ peakRssBytes: 2 ** 50 }), 'either'),
  changed('buffers below zero', ['buffers'], () => ({ buffers: -1 }), 'caught'),
];

const accelerator = { kind: 'cuda', index: 0, name: 'none', driver: null, software: false };

export const lies: readonly Lie[] = [
  ...results,
  ...deeds,
  { name: 'any value of any reply', expected: 'either', deed: (reply, draw) => mutateJson(reply, draw) },
  ...Object.entries(spoilers)
    // In training nothing is written once the cell is timed.
    .filter(([name]) => name !== 'file-truncated-when-timed')
    .map(([name, file]) => ({ name: name.replaceAll('-', ' '), expected: 'caught' as const, file })),
];

/** The same for the same seed. */
export function lieFrom(seed: number): Lie {
  return drawFor(seed, 'lie').pick(lies);
}

/** A lie about a turn, which cannot be true. */
function inTurn(name: string, change: (result: Result) => Result): Lie {
  return changed(name, turn, change, 'caught');
}

function changed(
  name: string,
  marks: readonly string[],
  change: (result: Result) => Result,
  expected: Lie['expected'],
): Lie {
  return { name, expected, result: { marks, change: (result) => ({ ...result, ...change(result) }) } };
}

function same(list: unknown, value: unknown): unknown[] {
  return Array.isArray(list) ? list.map(() => value) : [];
}
