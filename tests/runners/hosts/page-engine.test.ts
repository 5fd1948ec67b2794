import { expect, it } from 'vitest';
import { engineOf } from '../../../runners/hosts/browser/page/engine.js';

it.each([
  ['chromium 156.0.7000.1', 'V8 15.6'],
  ['chromium 120.0.6099.2', 'V8 12.0'],
  ['firefox 153.1esr', 'SpiderMonkey 153'],
  ['firefox of an unknown version', null],
  ['safari 21.0', null],
])('%s runs on %s', (runtime, engine) => {
  expect(engineOf(runtime)).toBe(engine);
});
