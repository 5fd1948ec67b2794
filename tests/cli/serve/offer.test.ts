/** What a visitor is offered. */
import { describe, expect, it } from 'vitest';
import { targetsMarkup, workloadsToOffer } from '../../../cli/serve/offer.js';
import { linuxChrome } from '../../runners/visitor/facts.js';

describe('the offer', () => {
  it('begins with the smoke suite and has no single operators', async () => {
    const { first, more } = await workloadsToOffer();
    expect(first.map(({ name }) => name)).toEqual(['lenet5', 'row-lstm']);
    expect(more.length).toBeGreaterThan(10);
    expect(more.filter(({ name }) => /^(conv|gemm|lstm)-\d/.test(name))).toEqual([]);
  });

  it('has every page target once, chosen where the browser has it, with the reason where not', async () => {
    const html = await targetsMarkup({ ...linuxChrome, webgpu: null });
    expect(html).toContain('value="tfjs/wasm@visitor" checked');
    expect(html).toContain('value="convnetjs/js@visitor">');
    expect(html).toMatch(
      /value="onnxruntime\/webgpu@visitor" disabled> .*the browser gives no WebGPU adapter/,
    );
    expect(html).not.toContain('null/');
    expect(html).not.toMatch(/@browser|@firefox/);
    const values = [...html.matchAll(/value="([^"]+)"/g)].map(([, value]) => value);
    expect(new Set(values).size).toBe(values.length);
  });

  it('says what a page over plain http has not', async () => {
    const html = await targetsMarkup({
      ...linuxChrome,
      isSecure: false,
      isIsolated: false,
      webgpu: null,
      hasWebNn: false,
    });
    expect(html).toMatch(/webgpu@visitor: unavailable, no secure context over plain http.*ssh -L/);
    expect(html).toContain('its clock is coarser');
  });
});
