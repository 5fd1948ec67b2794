/** One backend in several places: in Python, in Node, and in a tab of each browser. */
import { defined } from '../../common/at.js';
import { groupBy } from '../../common/group-by.js';
import { groupKey } from '../../common/run/cell.js';
import type { RunResults, TargetResult } from '../../common/run/results.js';
import { samplingOf } from '../../common/statistics/sampling.js';
import { pairedRatio } from '../../reports/analyse/estimates.js';
import { isOk, type OkCell } from '../../reports/analyse/groups.js';
import { duration, groupTitle, inline, ratio } from '../../reports/text.js';
import { markdownTable } from './table.js';

export const places = ['Python', 'Node', 'Chromium', 'Firefox'] as const;
export type Place = (typeof places)[number];

const placeNames: Readonly<Record<string, Place>> = {
  python: 'Python',
  node: 'Node',
  chromium: 'Chromium',
  firefox: 'Firefox',
};

/** The same native library under another name: what differs between them is the binding of the language. */
const sameLibrary: Readonly<Record<string, string>> = { 'onnxruntime/python': 'onnxruntime/cpu' };

/** A time of a backend in a place, in nanoseconds. */
export interface PlacedTime {
  readonly comparison: string;
  /** `tfjs/wasm`, in whichever place. */
  readonly backend: string;
  readonly place: Place;
  readonly cell: OkCell;
}

/** Devices in software are left out: nobody has such a tab. */
export function placedTimes({ cells, targets }: RunResults): PlacedTime[] {
  const byName = new Map(targets.map((target) => [target.target, target]));
  return cells.filter(isOk).flatMap((cell) => {
    const place = placeOf(defined(byName.get(cell.target), `the target ${cell.target}`));
    const [name = ''] = cell.target.split('@');
    const backend = sameLibrary[name] ?? name;
    return place === undefined || cell.software
      ? []
      : [{ comparison: groupTitle(cell), backend, place, cell }];
  });
}

function placeOf({ host, place }: Pick<TargetResult, 'host' | 'place'>): Place | undefined {
  return placeNames[place ?? host];
}

/** A table for each comparison: times by place, and what a tab costs by the rounds that both took part in. */
export function browserTables(results: RunResults): string {
  const byComparison = groupBy(placedTimes(results), ({ cell }) => groupKey(cell));
  return [...byComparison.values()]
    .map((times) => `## ${times[0]?.comparison}\n\n${tableOf(times, results)}`)
    .join('\n\n');
}

function tableOf(times: readonly PlacedTime[], results: RunResults): string {
  const sampling = samplingOf(results.options);
  const rows = [...groupBy(times, ({ backend }) => backend)].map(([backend, own]) => {
    const cellIn = (place: Place) => own.find((time) => time.place === place)?.cell;
    const quotient = (over: Place, under: Place) => {
      const [one, other] = [cellIn(over), cellIn(under)];
      return one && other ? inline(ratio(pairedRatio(one.samples, other.samples, sampling).ratio)) : '';
    };
    return [
      backend,
      ...places.map((place) => {
        const found = cellIn(place);
        return found ? inline(duration(found.metrics.iterationNs)) : '';
      }),
      quotient('Python', 'Node'),
      quotient('Chromium', 'Node'),
      quotient('Firefox', 'Chromium'),
    ];
  });
  return markdownTable(
    ['backend', ...places, 'Python ÷ Node', 'Chromium ÷ Node', 'Firefox ÷ Chromium'],
    rows,
  );
}
