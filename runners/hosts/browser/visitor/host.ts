/** The browser of a visitor as a host: targets of pages, in frames of the page that the visitor has open. */
import type { BrowserTarget, Target } from '../../../../adapters/adapter.js';
import { ofVisitor } from '../../../../adapters/page/targets.js';
import { required } from '../../../../common/at.js';
import { ensureInstallation } from '../../../provision/installation.js';
import type { Availability, LaunchOptions, WorkerHost } from '../../host.js';
import { packageFolder, packageVersions } from '../../packages.js';
import { pageFolder, pageInstallation } from '../bundle.js';
import { availabilityIn } from './facts.js';
import type { VisitorPage } from './page.js';
import { startInFrame } from './worker.js';

export interface VisitorHost extends WorkerHost {
  /** Makes the pages of these targets. @throws TouchstoneError('install') */
  prepare(targets: readonly Target[]): Promise<void>;
}

/** A page target as the visitor's: of the host's browsers Chromium's stands for it, since it has every page target. */
export function visitorTarget(target: BrowserTarget): Target {
  const { browser: _, module: __, packages: ___, ...rest } = target;
  return { ...rest, ...ofVisitor(target), host: 'visitor' };
}

/** @param own the targets of pages by the names that they have here */
export function visitorHost(own: ReadonlyMap<string, BrowserTarget>, visitor: VisitorPage): VisitorHost {
  const programs = new Map<string, string>();
  const availabilityOf = (target: Target): Availability => availabilityIn(visitor.facts, target.device);
  return {
    name: 'visitor',
    provision: (target) => ({
      installations: [],
      availability: async () => availabilityOf(target),
    }),
    describe(target) {
      const page = required(own, target.name, 'the pages');
      return {
        versions: packageVersions(page),
        folders: [...page.packages.map((name) => packageFolder(page, name)), pageFolder(page)],
        environment: null,
      };
    },
    async prepare(targets) {
      for (const { name } of targets) {
        const { file } = await ensureInstallation(pageInstallation(required(own, name, 'the pages')), {});
        programs.set(name, file);
      }
    },
    launch(options: LaunchOptions) {
      const { name } = options.target;
      return startInFrame(
        options,
        required(own, name, 'the pages'),
        required(programs, name, 'the pages that are made'),
        visitor,
      );
    },
    canPause: () => false,
    close: async () => undefined,
  };
}
