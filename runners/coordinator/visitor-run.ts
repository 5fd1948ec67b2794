/** A run in the browser of a visitor: what is planned for it, and what its manifest says of where it is measured. */
import { basename } from 'node:path';
import { type BrowserTarget, type Framework, isBrowserTarget, type Target } from '../../adapters/adapter.js';
import { discoverFrameworks } from '../../adapters/discover.js';
import { invocation } from '../../common/invocation.js';
import type { Say } from '../../common/run/observer.js';
import { machineOf } from '../hosts/browser/visitor/facts.js';
import { visitorHost, visitorTarget } from '../hosts/browser/visitor/host.js';
import type { VisitorPage } from '../hosts/browser/visitor/page.js';
import type { Locate } from './locate.js';
import type { MeasurableRun } from './measure.js';
import { newRun, requireCells } from './new-run.js';
import type { RunOptions } from './options.js';
import { visitorsBrowser } from './place.js';
import { type Prepared, prepare } from './prepare.js';
import { select } from './select.js';

type Workload = Prepared['workloads'][number];

export interface VisitorTarget {
  readonly framework: Framework;
  /** Of the browser host, whose page it takes. */
  readonly page: BrowserTarget;
  readonly target: Target;
  readonly name: string;
}

/** Every target that runs in a page, once: on the thread of the page where it runs there. Null targets included. */
export async function visitorTargets(): Promise<VisitorTarget[]> {
  const found = new Map<string, VisitorTarget>();
  for (const framework of await discoverFrameworks()) {
    for (const page of framework.targets.filter(isPage)) {
      const target = visitorTarget(page);
      const { name } = target;
      if (page.thread === undefined || !found.has(name)) found.set(name, { framework, page, target, name });
    }
  }
  return [...found.values()];
}

function isPage(target: Framework['targets'][number]): target is BrowserTarget {
  return isBrowserTarget(target) && target.browser === 'chromium';
}

/**
 * Makes the run folder, whose machine is the visitor's.
 *
 * @throws TouchstoneError where the choice is empty, or a model cannot be read
 */
export async function visitorRun(
  options: RunOptions,
  visitor: VisitorPage,
  say: Say,
): Promise<MeasurableRun> {
  const prepared = await prepare(options, say, inBrowserOf(visitor));
  requireCells(prepared, 'measure', 'choose a workload and a target');
  const told = {
    machine: machineOf(visitor.facts),
    command: invocation('serve'),
    ...(options.model === undefined ? {} : { workloads: prepared.workloads.map(dropped) }),
  };
  return { ...(await newRun(options, prepared, told)), place: visitorsBrowser };
}

/** Its path is a temporary one of the server. */
function dropped({ source, ...workload }: Workload): Workload {
  return { ...workload, source: `${basename(source)}, a file of the visitor` };
}

function inBrowserOf(visitor: VisitorPage): Locate {
  return async ({ targets: patterns = [] }) => {
    const all = await visitorTargets();
    const host = visitorHost(new Map(all.map(({ name, page }) => [name, page])), visitor);
    const chosen = select(
      'target',
      all.filter(({ target }) => !target.isNull),
      patterns,
    );
    const nulls = all.filter(({ target }) => target.isNull);
    await host.prepare([...chosen, ...nulls].map(({ target }) => target));
    const located = async ({ framework, target }: VisitorTarget) => ({
      framework,
      target,
      host,
      health: await host.provision(target).availability(),
    });
    return {
      targets: await Promise.all(chosen.map(located)),
      nulls: await Promise.all(nulls.map(located)),
    };
  };
}
