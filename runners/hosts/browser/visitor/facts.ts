/** What the browser of a visitor tells of itself, and what that makes of targets and of the run's machine. */
import { z } from 'zod';
import type { DeviceKind } from '../../../../adapters/adapter.js';
import type { Machine } from '../../../../common/run/results.js';
import type { Availability } from '../../host.js';

const text = z.string().max(1_000);

export const visitorFacts = z.object({
  userAgent: text.min(1),
  /** `Linux x86_64`, `Android`; empty where it is not told. */
  platform: text,
  cores: z.number().int().positive().max(4_096),
  /** Rounded by the browser, and at most 8 in most of them. */
  memoryGiB: z.number().positive().max(4_096).nullable(),
  /** Whether the page has what only https and the loopback have. */
  isSecure: z.boolean(),
  /** Whether it has shared memory and the finer clock. */
  isIsolated: z.boolean(),
  hasWebAssembly: z.boolean(),
  /** The renderer of WebGL 2; null where there is none. */
  webgl: text.nullable(),
  /** The adapter of WebGPU; null where there is none. */
  webgpu: text.nullable(),
  hasWebNn: z.boolean(),
});
export type VisitorFacts = z.infer<typeof visitorFacts>;

/** Why a page over plain http from another machine lacks things, and the way out. */
const insecure = {
  reason: 'no secure context over plain http, so the browser hides its interface',
  fix: 'serve with --cert and --key, or forward the port with `ssh -L` and open it on localhost',
};
const other = 'open the page in a browser that has it, or turn it on in the settings of this one';

/** Whether the browser has what a target computes with. */
export function availabilityIn(facts: VisitorFacts, device: DeviceKind): Availability {
  const missing = missingFor(facts, device);
  if (missing === undefined) return { available: true };
  const isHidden = !facts.isSecure && (device === 'webgpu' || device === 'webnn');
  return { available: false, ...(isHidden ? insecure : { reason: missing, fix: other }) };
}

function missingFor(facts: VisitorFacts, device: DeviceKind): string | undefined {
  if (!facts.hasWebAssembly) return 'the browser has no WebAssembly';
  switch (device) {
    case 'cpu':
      return undefined;
    case 'webgl':
      return facts.webgl === null ? 'the browser gives no WebGL 2' : undefined;
    case 'webgpu':
      return facts.webgpu === null ? 'the browser gives no WebGPU adapter' : undefined;
    case 'webnn':
      return facts.hasWebNn ? undefined : 'the browser has no WebNN (navigator.ml)';
    default:
      return `no browser computes on ${device}`;
  }
}

/** The visitor's device as the machine of a run: what a browser does not tell is not made up. */
export function machineOf({ userAgent, platform, cores, memoryGiB }: VisitorFacts): Machine {
  return {
    platform: platform || 'a platform that the browser does not name',
    cpu: `processors that ${browserOf(userAgent)} does not name`,
    cores,
    memoryBytes: memoryGiB === null ? null : Math.round(memoryGiB * 2 ** 30),
    kernel: 'not told',
    node: 'none: a page',
    instructionSets: [],
    browser: userAgent,
  };
}

/** Those that contain the names of others come first. */
const browsers = [
  ['Edge', /\bEdgA?\/([\d.]+)/],
  ['Samsung Internet', /\bSamsungBrowser\/([\d.]+)/],
  ['Opera', /\bOPR\/([\d.]+)/],
  ['Firefox', /\b(?:Firefox|FxiOS)\/([\d.]+)/],
  ['Chrome', /\b(?:HeadlessChrome|Chrome|CriOS)\/([\d.]+)/],
  ['Safari', /\bVersion\/([\d.]+).* Safari\//],
] as const;

/** `Firefox 140.0`, as far as a user agent says it. */
export function browserOf(userAgent: string): string {
  for (const [name, pattern] of browsers) {
    const version = pattern.exec(userAgent)?.[1];
    if (version !== undefined) return `${name} ${version}`;
  }
  return 'a browser that does not name itself';
}
