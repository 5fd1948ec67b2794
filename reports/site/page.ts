/** A page of the site, and links between pages: relative ones, with the file's name, so that they work from disk too. */
import type { Link, Section } from '../html/section.js';
import type { Named, Pair, ShownRun, SiteMachine } from './contents.js';

export interface SitePage {
  /** Folder of its `index.html`, without slashes at the ends; empty for the first page. */
  readonly path: string;
  /** What search engines and tabs show. */
  readonly title: string;
  readonly heading: string;
  /** One sentence, also under the heading. */
  readonly description: string;
  readonly sections: readonly Section[];
}

export const overTimePath = 'over-time';
export const reliabilityPath = 'reliability';
export const dumpFiles = { results: 'data/results.ndjson', cells: 'data/cells.csv' } as const;
export const feedFile = 'feed.xml';
export const styleFile = 'style.css';

export function machinePath({ key }: SiteMachine): string {
  return `machines/${key}`;
}

export function workloadPath({ slug }: Named): string {
  return `workloads/${slug}`;
}

export function overTimeOf({ slug }: Named): string {
  return `${overTimePath}/${slug}`;
}

export function pairPath({ slug }: Pair): string {
  return slug;
}

export function runPath({ slug }: ShownRun): string {
  return `runs/${slug}`;
}

/** From the folder of a page to the root: empty, `../`, `../../`. */
export function rootFrom(path: string): string {
  return path === ''
    ? ''
    : path
        .split('/')
        .map(() => '../')
        .join('');
}

/** Link to the page of a folder. */
export function linkTo(from: string, path: string): string {
  return `${rootFrom(from)}${path === '' ? '' : `${path}/`}index.html`;
}

/** Link to the report of a run. */
export function reportLink(from: string, run: ShownRun): string {
  return `${rootFrom(from)}${runPath(run)}/report.html`;
}

export function navigation(from: string): (Link & { readonly isHere: boolean })[] {
  const pages: readonly [string, string][] = [
    ['', 'All runs'],
    [overTimePath, 'Over time'],
    [reliabilityPath, 'Reliability'],
  ];
  return pages.map(([path, text]) => ({ href: linkTo(from, path), text, isHere: path === from }));
}
