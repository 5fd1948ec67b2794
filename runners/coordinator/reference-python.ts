/** The interpreter that references are computed in. */
import type { FindPython } from '../../model/reference/reference.js';
import { ensureEnvironment } from '../provision/environments.js';
import type { RunOptions } from './options.js';

/** Reference environments are made on first use, like all others. */
export function pythonFor(options: Pick<RunOptions, 'installedOnly'>): FindPython {
  return async (environment) => {
    const installedOnly = options.installedOnly === true;
    const report = (line: string) => void process.stderr.write(`${line}\n`);
    return (await ensureEnvironment(environment, { installedOnly, report })).python;
  };
}
