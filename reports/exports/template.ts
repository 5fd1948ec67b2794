/** A page of one's own: a Handlebars template is given the results and what this project writes of them. */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import Handlebars from 'handlebars';
import { messageOf, TouchstoneError } from '../../common/errors.js';
import type { Estimate, Group, RunResults } from '../../common/run/results.js';
import { plainTexts } from '../../common/text.js';
import { groupCells, verdict } from '../summary.js';
import { bytes, duration, groupTitle, inline, ranksText, rate, ratio } from '../text.js';

/** Name of the file that a template makes: `badge.svg` of `badge.svg.hbs`, `page.html` of `page.hbs`. */
export function outputName(template: string): string {
  const name = basename(template).replace(/\.(?:hbs|handlebars)$/, '');
  return name.includes('.') ? name : `${name}.html`;
}

/**
 * What is put into the text is escaped for HTML. `results` is `results.json`; `comparisons` has each with its `title`, `verdict` and
 * `rows`. Helpers write quantities: `{{duration iterationNs}}`, `{{ratio ratio}}`, `{{rate itemsPerSecond}}`, `{{bytes value}}`,
 * `{{json value}}`.
 *
 * @throws TouchstoneError('usage') for a template that cannot be read, or is none
 */
export async function renderTemplate(given: RunResults, template: string): Promise<string> {
  const results = plainTexts(given);
  try {
    const engine = Handlebars.create();
    for (const [name, helper] of Object.entries(helpers)) engine.registerHelper(name, helper);
    const render = engine.compile(await readFile(template, 'utf8'), { preventIndent: true });
    return render({ results, comparisons: results.groups.map((group) => comparisonOf(results, group)) });
  } catch (cause) {
    throw new TouchstoneError('usage', `the template ${template} cannot be used: ${messageOf(cause)}`, {
      hint: 'docs/results.md has an example',
      cause,
    });
  }
}

const helpers = {
  duration: (estimate: Estimate | null) => (estimate ? inline(duration(estimate)) : ''),
  ratio: (estimate: Estimate | null) => (estimate ? inline(ratio(estimate)) : ''),
  rate: (estimate: Estimate | null) => (estimate ? inline(rate(estimate)) : ''),
  bytes: (count: number | null) => (typeof count === 'number' ? bytes(count) : ''),
  /** Inside a script element nothing in it ends the element. */
  json: (value: unknown) => new Handlebars.SafeString(JSON.stringify(value).replaceAll('<', '\\u003c')),
};

function comparisonOf(results: RunResults, group: Group) {
  const cells = new Map(groupCells(results, group).map((cell) => [cell.target, cell]));
  return {
    ...group,
    title: groupTitle(group),
    verdict: verdict(group),
    rows: group.ranking.map(({ target, ranks }) => ({
      target,
      ranks: ranksText(ranks),
      ratio: group.comparisons.find((one) => one.target === target)?.ratio ?? null,
      cell: cells.get(target),
    })),
    others: [...cells.values()].filter(({ state }) => state !== 'ok'),
  };
}
