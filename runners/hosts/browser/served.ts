/** What a page is served of its target, whoever opens it. */
import { readFileSync } from 'node:fs';
import type { BrowserTarget } from '../../../adapters/adapter.js';
import { cpuModel } from '../../../common/cpu-model.js';
import { packageFolder, packageVersions } from '../packages.js';
import type { Boot } from './boot.js';
import { browserVersion } from './browsers.js';
import type { PageOptions } from './routes.js';

/** @param program path of the page's program */
export function servedOf(
  target: BrowserTarget,
  program: string,
): Pick<PageOptions, 'program' | 'isWorker' | 'packages' | 'evaluates'> {
  return {
    program: readFileSync(program),
    isWorker: target.thread === 'worker',
    packages: new Map(target.packages.map((each) => [each, packageFolder(target, each)])),
    evaluates: target.evaluates ?? false,
  };
}

/** In a browser of this machine. @param browser its program */
export function bootOf(target: BrowserTarget, browser: string): Boot {
  return {
    runtime: `${target.browser} ${browserVersion(browser) ?? 'of an unknown version'}`,
    cpuName: cpuModel(),
    versions: packageVersions(target),
  };
}

/** Of a browser whose processes nobody reads. */
export const noReadings: Pick<PageOptions, 'reading' | 'memory'> = {
  reading: () => ({ cpuNs: null, cpus: null }),
  memory: () => ({ rssBytes: null, peakRssBytes: null }),
};
