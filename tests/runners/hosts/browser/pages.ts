/** Targets of the browser host that answer with the reference, and targets that misbehave as their names say. */
import {
  type BrowserKind,
  type BrowserTarget,
  type Framework,
  supported,
} from '../../../../adapters/adapter.js';

const behaviours = [
  'exact',
  'worker',
  'throws',
  'hangs',
  'leaves',
  'reloads',
  'asks',
  'computes',
  'writes',
  'loses',
] as const;

/** Those that draw. */
const devices: Readonly<Record<string, 'webgl'>> = { loses: 'webgl' };

const framework: Framework = {
  name: 'page',
  title: 'Page',
  homepage: '',
  targets: behaviours.flatMap((behaviour) => [
    target(`page/${behaviour}@browser`, 'chromium'),
    target(`page/${behaviour}@firefox`, 'firefox'),
  ]),
};
export default framework;

function target(name: string, browser: BrowserKind): BrowserTarget {
  return {
    name,
    browser,
    host: 'browser',
    device: devices[/^page\/(\w+)@/.exec(name)?.[1] ?? ''] ?? 'cpu',
    summary: 'for tests',
    packages: ['convnetjs'],
    precisions: ['float32'],
    modes: { inference: supported, training: supported },
    lower: () => ({ plan: { form: 'nothing' } }),
    environment: () => ({}),
    module: new URL('./page.js', import.meta.url),
    ...(name.startsWith('page/worker@') ? { thread: 'worker' } : {}),
  };
}
