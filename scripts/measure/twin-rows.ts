/** The same release of WebAssembly in Node and in a page: what the page costs, and what explains it. */
import { groupKey } from '../../common/run/cell.js';
import type { CellResult, RunResults } from '../../common/run/results.js';
import { samplingOf } from '../../common/statistics/sampling.js';
import { notLikeForLike } from '../../reports/analyse/configuration-lint.js';
import { pairedRatio } from '../../reports/analyse/estimates.js';
import { isOk, settingsOf } from '../../reports/analyse/groups.js';
import { duration, groupTitle, inline } from '../../reports/text.js';
import { type Bar, verdict } from './paired/rows.js';
import { ratioText } from './table.js';

/** Twins agree where the whole interval of their ratio is in it. */
export const twinBar: Bar = { low: 0.95, high: 1.05 };

export const twinHead = [
  ...['comparison', 'in Node', 'in a page', 'time in Node', 'time in the page', 'page ÷ Node'],
  ...['within 5 %', 'not like for like because'],
];

/** A row for every page that has a twin in Node: `tfjs/wasm@firefox` of `tfjs/wasm`. */
export function twinRows(results: RunResults): string[][] {
  return results.cells.flatMap((page) => {
    const [name = '', place] = page.target.split('@');
    const isSame = (cell: CellResult) => cell.target === name && groupKey(cell) === groupKey(page);
    const node = place === undefined ? undefined : results.cells.find(isSame);
    return node ? [rowOf(results, page, node)] : [];
  });
}

function rowOf(results: RunResults, page: CellResult, node: CellResult): string[] {
  const names = [groupTitle(page), node.target, page.target];
  if (!isOk(page) || !isOk(node)) {
    const why = [node, page].filter((cell) => !isOk(cell)).map(({ state, reason }) => `${state}: ${reason}`);
    return [...names, '', '', '', '', why.join('; ')];
  }
  const { ratio } = pairedRatio(page.samples, node.samples, samplingOf(results.options));
  const side = (cell: CellResult) => ({ target: cell.target, settings: settingsOf(cell, results.targets) });
  return [
    ...names,
    ...[node, page].map(({ metrics }) => inline(duration(metrics.iterationNs))),
    ratioText(ratio.value, ratio.low, ratio.high),
    verdict(twinBar, { ...ratio, ratio: ratio.value }),
    notLikeForLike(side(page), side(node), page.batch).join('; ') || 'nothing that they report',
  ];
}
