/** What a reader of the index has chosen, and the hash that says it; a hash that names a cell is one of a page's. */
import type { Overview, OverviewChoice } from './overview.js';
import { item } from './table.js';

export const firstOverviewChoice: OverviewChoice = {
  baseline: null,
  sort: null,
  descending: false,
  hiddenTargets: new Set(),
  find: '',
  theme: null,
};

/** What a hash does not say, or says of what is not there, is as in `firstOverviewChoice`. */
export function overviewChoiceOf({ targets }: Overview, hash: string): OverviewChoice {
  const asked = new URLSearchParams(hash.split('?', 2)[1] ?? '');
  const placeOf = (slug: string) => {
    const place = targets.findIndex((target) => target.slug === slug);
    return place < 0 ? null : place;
  };
  const sort = asked.get('sort') ?? '';
  const theme = asked.get('theme');
  return {
    baseline: placeOf(asked.get('baseline') ?? ''),
    sort: placeOf(sort.replace(/^-/, '')),
    descending: sort.startsWith('-'),
    hiddenTargets: new Set((asked.get('hide') ?? '').split(',').flatMap((slug) => placeOf(slug) ?? [])),
    find: asked.get('find') ?? '',
    theme: theme === 'light' || theme === 'dark' ? theme : null,
  };
}

/** Only what differs from the first choice; empty where nothing does. */
export function overviewHashOf({ targets }: Overview, choice: OverviewChoice): string {
  const slugOf = (target: number) => item(targets, target).slug;
  const sign = choice.descending ? '-' : '';
  const said: [string, string | null][] = [
    ['baseline', choice.baseline === null ? null : slugOf(choice.baseline)],
    ['sort', choice.sort === null ? sign : `${sign}${slugOf(choice.sort)}`],
    ['hide', [...choice.hiddenTargets].map(slugOf).join(',')],
    ['find', encodeURIComponent(choice.find)],
    ['theme', choice.theme],
  ];
  const query = said.flatMap(([name, value]) => (value ? [`${name}=${value}`] : [])).join('&');
  return query ? `#?${query}` : '';
}

/** The page that has the cell or the comparison which a hash names, with the hash; undefined where it names none. */
export function pageFor({ rows }: Overview, hash: string): string | undefined {
  const path = hash.replace(/^#/, '').split('?', 1)[0] ?? '';
  const [part = ''] = path.split('/', 1);
  const row = part === '' ? undefined : rows.find(({ parts }) => parts.includes(part));
  return row && `${row.page}${hash}`;
}
