/** What a reader has chosen, and the hash of the URL that says it: `#lenet5/inference/1/pytorch-cpu?baseline=tfjs-js`. */
import { cellAt, cellSlug, item, type ResultTable } from './table.js';

export interface Choice {
  /** A target; null: the fastest of each comparison. */
  readonly baseline: number | null;
  /** What rows are sorted by. */
  readonly sort: Sort;
  readonly descending: boolean;
  readonly hiddenTargets: ReadonlySet<number>;
  readonly hiddenGroups: ReadonlySet<number>;
  /** The comparison whose charts are shown. */
  readonly group: number;
  /** The cell whose details are open. */
  readonly cell: number | null;
  /** Two targets that are held against each other. */
  readonly duel: readonly [number, number] | null;
  readonly theme: 'light' | 'dark' | null;
}

export type Sort = 'target' | 'overall' | { readonly group: number };

export const firstChoice: Choice = {
  baseline: null,
  sort: 'overall',
  descending: false,
  hiddenTargets: new Set(),
  hiddenGroups: new Set(),
  group: 0,
  cell: null,
  duel: null,
  theme: null,
};

/** Devices in software are left out until a reader asks for them, unless there is nothing else. */
export function firstChoiceOf({ groups }: ResultTable): Choice {
  const software = groups.flatMap(({ isSoftware }, group) => (isSoftware ? [group] : []));
  return software.length < groups.length ? { ...firstChoice, hiddenGroups: new Set(software) } : firstChoice;
}

/** What the hash says where nothing is hidden that is hidden at first. */
const nothing = 'none';

/** What a hash does not say, or says of what is not there, is as in `firstChoiceOf`. */
export function choiceOf(table: ResultTable, hash: string): Choice {
  const [path = '', query = ''] = hash.replace(/^#/, '').split('?', 2);
  const asked = new URLSearchParams(query);
  const places = (name: string, list: readonly { readonly slug: string }[]) =>
    new Set((asked.get(name) ?? '').split(',').flatMap((slug) => placeOf(list, slug) ?? []));
  const sort = asked.get('sort') ?? '';
  const theme = asked.get('theme');
  return {
    baseline: placeOf(table.targets, asked.get('baseline') ?? '') ?? null,
    sort: sortOf(table, sort.replace(/^-/, '')),
    descending: sort.startsWith('-'),
    hiddenTargets: places('hide', table.targets),
    hiddenGroups: asked.has('without') ? places('without', table.groups) : firstChoiceOf(table).hiddenGroups,
    duel: duelOf([...places('duel', table.targets)]),
    theme: theme === 'light' || theme === 'dark' ? theme : null,
    ...placeIn(table, decoded(path)),
  };
}

function duelOf([own, other]: readonly number[]): Choice['duel'] {
  return own === undefined || other === undefined ? null : [own, other];
}

function placeOf(list: readonly { readonly slug: string }[], slug: string): number | undefined {
  const place = list.findIndex((one) => one.slug === slug);
  return place < 0 ? undefined : place;
}

function sortOf({ groups }: ResultTable, text: string): Sort {
  const group = placeOf(groups, text);
  if (group !== undefined) return { group };
  return text === 'target' ? text : 'overall';
}

/** A hash that was typed may hold a stray `%`. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** The comparison or the cell that a path names. */
function placeIn(table: ResultTable, path: string): Pick<Choice, 'group' | 'cell'> {
  const whole = placeOf(table.groups, path);
  if (whole !== undefined) return { group: whole, cell: null };
  const end = path.lastIndexOf('/');
  const group = placeOf(table.groups, path.slice(0, Math.max(0, end)));
  if (group === undefined) return { group: firstChoice.group, cell: null };
  const target = placeOf(table.targets, path.slice(end + 1));
  const cell = target === undefined ? undefined : cellAt(table, group, target);
  return { group, cell: cell ?? null };
}

/** Only what differs from the first choice; empty where nothing does. */
export function hashOf(table: ResultTable, choice: Choice): string {
  const { targets, groups } = table;
  const isAsAtFirst = isSame(choice.hiddenGroups, firstChoiceOf(table).hiddenGroups);
  const slugs = (list: readonly { readonly slug: string }[], places: Iterable<number>) =>
    [...places].map((place) => item(list, place).slug).join(',');
  const sort = typeof choice.sort === 'string' ? choice.sort : item(groups, choice.sort.group).slug;
  const said: [string, string | null][] = [
    ['baseline', choice.baseline === null ? null : item(targets, choice.baseline).slug],
    ['sort', sort === 'overall' && !choice.descending ? null : `${choice.descending ? '-' : ''}${sort}`],
    ['hide', slugs(targets, choice.hiddenTargets)],
    ['without', isAsAtFirst ? null : slugs(groups, choice.hiddenGroups) || nothing],
    ['duel', choice.duel && slugs(targets, choice.duel)],
    ['theme', choice.theme],
  ];
  // Slugs need no escape, and a readable link is the better one.
  const query = said.flatMap(([name, value]) => (value ? [`${name}=${value}`] : [])).join('&');
  const path =
    choice.cell !== null
      ? cellSlug(table, choice.cell)
      : choice.group === firstChoice.group
        ? ''
        : item(groups, choice.group).slug;
  return path || query ? `#${path}${query ? `?${query}` : ''}` : '';
}

function isSame(one: ReadonlySet<number>, other: ReadonlySet<number>): boolean {
  return one.size === other.size && [...one].every((place) => other.has(place));
}
