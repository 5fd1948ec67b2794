/** Python targets whose models are converted in another environment. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isPythonTarget, type PythonTarget } from '../../../adapters/adapter.js';
import { discoverFrameworks } from '../../../adapters/discover.js';
import { defined } from '../../../common/at.js';
import { temporaryFolder } from '../../../common/files.js';
import { environmentsFolder } from '../../../common/paths.js';
import pythonHost from '../../../runners/hosts/python/index.js';

const frameworks = await discoverFrameworks();
const targets = frameworks.flatMap((framework) => framework.targets).filter(isPythonTarget);
const plain = defined(
  targets.find(({ isNull }) => isNull),
  'the null target in Python',
);
const converted: PythonTarget = { ...plain, converterEnvironment: 'tensorflow' };

describe('a Python target with a converter', () => {
  it('needs both environments, its own first', () => {
    const names = (target: PythonTarget) =>
      pythonHost.provision(target).installations.map(({ what }) => what);
    expect(names(plain)).toEqual(['environment null']);
    expect(names(converted)).toEqual(['environment null', 'environment tensorflow']);
    const { folders, environment } = pythonHost.describe(converted);
    expect(folders.map((folder) => folder.split('/').at(-1))).toEqual(['null', 'tensorflow']);
    expect(environment).toBe(folders[0]);
  });

  it('tells its worker where the converter is, and no other worker', async () => {
    const said = async (target: PythonTarget) => {
      const logFile = join(await temporaryFolder('python-host'), 'log');
      const worker = pythonHost.launch({
        target,
        budget: { threads: 1, cpus: [], device: { kind: 'cpu', index: 0 } },
        logFile,
        deadlineMs: 10_000,
        command: ['sh', '-c', 'echo "converter=$TOUCHSTONE_CONVERTER" >&2'],
      });
      await worker.request({ type: 'describe' }).catch(() => undefined);
      await worker.kill();
      return readFileSync(logFile, 'utf8').trim();
    };
    expect(await said(plain)).toBe('converter=');
    expect(await said(converted)).toBe(`converter=${join(environmentsFolder, 'tensorflow/bin/python')}`);
  });
});
