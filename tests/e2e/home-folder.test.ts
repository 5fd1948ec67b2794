/** What frameworks would write into the home folder of whoever measures: settings, identifiers, telemetry. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { filesBelow } from '../../common/files.js';
import { bench, temporaryFolder } from './command.js';

it('leaves the home folder of the user alone', async () => {
  const home = await temporaryFolder();
  const env = { HOME: home, XDG_CACHE_HOME: join(home, 'cache'), XDG_CONFIG_HOME: join(home, 'config') };
  const examined = await bench(
    ['doctor', 'keras/tensorflow,tensorflow/cpu,jax/cpu,pytorch/compile,mxnet/cpu,tfjs/node,runtimes'],
    { env },
  );
  expect(examined.exitCode, String(examined.stderr)).toBe(0);
  const run = await bench(
    [
      ...['--targets', 'onnxruntime/cpu,runtimes', '--workload', 'lenet5', '--mode', 'inference'],
      ...[
        '--batch',
        '1',
        '--rounds',
        '1',
        '--time',
        '20s',
        '--verify',
        '--out',
        join(await temporaryFolder(), 'run'),
      ],
    ],
    { env },
  );
  expect(run.exitCode, String(run.stderr)).toBe(0);
  expect(filesBelow(home, /./)).toEqual([]);
});
