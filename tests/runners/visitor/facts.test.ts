/** What is made of what a visitor's browser tells. */
import { describe, expect, it } from 'vitest';
import { discoverFrameworks } from '../../../adapters/discover.js';
import { machine } from '../../../common/run/results.js';
import { targetDependencies } from '../../../runners/coordinator/verdict-dependencies.js';
import { visitorTargets } from '../../../runners/coordinator/visitor-run.js';
import {
  availabilityIn,
  browserOf,
  machineOf,
  visitorFacts,
} from '../../../runners/hosts/browser/visitor/facts.js';
import { visitorHost } from '../../../runners/hosts/browser/visitor/host.js';
import { linuxChrome } from './facts.js';

describe('a browser', () => {
  it.each([
    [linuxChrome.userAgent, 'Chrome 156.0.0.0'],
    ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox 140.0'],
    [`${linuxChrome.userAgent} Edg/155.0.1.2`, 'Edge 155.0.1.2'],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1',
      'Safari 19.0',
    ],
    ['something', 'a browser that does not name itself'],
  ])('%s is %s', (userAgent, name) => expect(browserOf(userAgent)).toBe(name));
});

describe('what a browser has', () => {
  const reason = (device: string, changes: Partial<typeof linuxChrome>) => {
    const found = availabilityIn({ ...linuxChrome, ...changes }, device);
    return found.available ? undefined : found.reason;
  };

  it('decides which targets run there', () => {
    for (const device of ['cpu', 'webgl', 'webgpu']) expect(reason(device, {})).toBeUndefined();
    expect(reason('webgl', { webgl: null })).toBe('the browser gives no WebGL 2');
    expect(reason('webgpu', { webgpu: null })).toBe('the browser gives no WebGPU adapter');
    expect(reason('webnn', {})).toContain('WebNN');
    expect(reason('cpu', { hasWebAssembly: false })).toBe('the browser has no WebAssembly');
    expect(reason('cuda', {})).toContain('no browser computes on cuda');
  });

  it('lacks over plain http what only a secure context has, with the way out', () => {
    const http = { isSecure: false, webgpu: null };
    expect(reason('webgpu', http)).toContain('no secure context over plain http');
    expect(availabilityIn({ ...linuxChrome, ...http }, 'webgpu')).toMatchObject({
      fix: expect.stringContaining('ssh -L'),
    });
    expect(reason('cpu', http)).toBeUndefined();
  });
});

describe('the machine of a visitor', () => {
  it('is what the browser tells, and nothing else', () => {
    const found = machineOf({ ...linuxChrome, memoryGiB: null });
    expect(machine.parse(found)).toEqual(found);
    expect(found).toMatchObject({
      platform: 'Linux',
      cpu: 'processors that Chrome 156.0.0.0 does not name',
      cores: 8,
      memoryBytes: null,
      instructionSets: [],
      browser: linuxChrome.userAgent,
    });
    expect(machineOf(linuxChrome).memoryBytes).toBe(8 * 2 ** 30);
  });

  it('is never known again: no verdict of it is kept', async () => {
    const [framework] = (await discoverFrameworks()).filter(({ name }) => name === 'tfjs');
    const [found] = await visitorTargets();
    const host = visitorHost(new Map(), {
      facts: linuxChrome,
      open: () => ({ send: () => undefined, close: async () => undefined }),
      inFront: async () => undefined,
      lose: () => undefined,
    });
    const entry = { framework: framework!, target: found!.target, host };
    expect(targetDependencies(machineOf(linuxChrome), entry)).toBeUndefined();
  });
});

it.each([
  ['no user agent', { userAgent: '' }],
  ['no processors', { cores: 0 }],
  ['a name without end', { webgl: 'x'.repeat(2_000) }],
  ['another form', { isSecure: 'yes' }],
])('%s is refused', (_, changes) => {
  expect(visitorFacts.safeParse({ ...linuxChrome, ...changes }).success).toBe(false);
});

it('every page target of Chromium is a target of visitors, under a name of its own', async () => {
  const targets = (await visitorTargets()).map(({ name, target }) => [name, target.host, target.summary]);
  expect(targets).toContainEqual([
    'tfjs/wasm@visitor',
    'visitor',
    'WebAssembly backend (XNNPACK kernels, SIMD), Layers API, in the browser of a visitor',
  ]);
  expect(targets.map(([name]) => name)).toContain('null/visitor');
  for (const [name] of targets) expect(name).toMatch(/[@/]visitor$/);
});
