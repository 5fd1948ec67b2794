/** What a visitor can choose from. */
import { withoutPlace } from '../../adapters/page/targets.js';
import { listed } from '../../common/text.js';
import { modes, selectionsOf } from '../../model/workload.js';
import { type Markup, markup, nothing } from '../../reports/html/page/markup.js';
import type { Workload } from '../../reports/html/serve/pages.js';
import { visitorTargets } from '../../runners/coordinator/visitor-run.js';
import { availabilityIn, type VisitorFacts } from '../../runners/hosts/browser/visitor/facts.js';
import { discoverSuites, discoverWorkloads } from '../../suites/discover.js';

/** Those of the smoke suite are chosen at first; single operators are left to the command line. */
export async function workloadsToOffer(): Promise<{ first: Workload[]; more: Workload[] }> {
  const [suites, workloads] = await Promise.all([discoverSuites(), discoverWorkloads()]);
  const inSuite = (suite: string) => {
    const own = suites.filter(({ name }) => name === suite).flatMap(selectionsOf);
    return workloads.filter(({ name }) => own.some(({ workload }) => workload === name));
  };
  const smoke = inSuite('smoke').map(({ name }) => name);
  const single = inSuite('micro').flatMap(({ name, small }) => [name, ...(small ? [small.name] : [])]);
  const offered = workloads
    .filter(({ name }) => !single.includes(name))
    .map(({ name, title }) => ({ name, title }));
  return {
    first: offered.filter(({ name }) => smoke.includes(name)),
    more: offered.filter(({ name }) => !smoke.includes(name)),
  };
}

/** A box for each target that the browser has; of every other why it has not. Discontinued frameworks are not chosen at first. */
export async function targetsMarkup(facts: VisitorFacts): Promise<string> {
  const targets = (await visitorTargets()).filter(({ target }) => !target.isNull);
  const rows = targets.map(({ name, target: { device, modes: support }, page, framework }): Markup => {
    const found = availabilityIn(facts, device);
    const can = listed(modes.filter((mode) => support[mode].supported));
    if (!found.available) {
      return markup`<label class="unavailable"><input type="checkbox" name="target" value="${name}" disabled> <span>${name}: unavailable, ${found.reason}; ${found.fix}</span></label>
`;
    }
    const box = framework.isDiscontinued
      ? markup`<input type="checkbox" name="target" value="${name}">`
      : markup`<input type="checkbox" name="target" value="${name}" checked>`;
    return markup`<label>${box} <span>${name} <span class="soft">${withoutPlace(page)}; ${can}</span></span></label>
`;
  });
  return markup`<div class="choices">${rows}</div>${isolationText(facts)}`.text;
}

function isolationText({ isSecure, isIsolated }: VisitorFacts): Markup {
  if (isIsolated) return nothing;
  const why = isSecure
    ? 'The browser does not isolate this page'
    : 'Over plain http a browser does not isolate a page';
  return markup`<p class="warn">${why}: its clock is coarser, so short iterations are timed in batches.</p>`;
}
