/** `report --site`: runs as a static site for any host, without scripts of its own. The same runs give the same bytes. */
import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { at } from '../../common/at.js';
import { TouchstoneError } from '../../common/errors.js';
import { projectRoot } from '../../common/paths.js';
import { resultsFile } from '../analyse/write-results.js';
import { dateText } from '../history/words.js';
import { type Assets, loadPlainAssets } from '../html/assets.js';
import { reportFile, writeReport } from '../html/index.js';
import { withRetraction } from '../html/retraction.js';
import type { Link } from '../html/section.js';
import { pagesFolder } from '../html/split.js';
import { contentsOf, type ShownRun, type SiteContents } from './contents.js';
import { cellsCsv, ndjsonOf } from './dump.js';
import { feedOf } from './feed.js';
import { dumpFiles, feedFile, navigation, rootFrom, runPath, type SitePage, styleFile } from './page.js';
import { homePage } from './pages/home.js';
import { machinePage } from './pages/machine.js';
import { overTimePages, timedCells } from './pages/over-time.js';
import { pairPage } from './pages/pair.js';
import { reliabilityPage } from './pages/reliability.js';
import { workloadPage } from './pages/workload.js';
import { type ReadRuns, readRuns } from './read-runs.js';
import { withSharedScripts } from './shared-scripts.js';
import { SiteFolder } from './write.js';

export interface WrittenSite extends Pick<ReadRuns, 'leftOut' | 'unread'> {
  /** Path of its first page. */
  readonly first: string;
}

/**
 * Writes the site, or brings it up to date.
 *
 * @param names run folders, or names of runs
 * @param url where the site will be, for its feed
 * @throws TouchstoneError('usage') for a folder that is not the site's, or where no run can be read
 */
export async function writeSite(
  folder: string,
  names: readonly string[],
  url?: string,
): Promise<WrittenSite> {
  const address = url === undefined ? undefined : addressOf(url);
  const site = await SiteFolder.open(folder);
  const { runs, leftOut, unread } = await readRuns(names);
  if (runs.length === 0) {
    throw new TouchstoneError('usage', `there is no run for the site: ${[...unread, ...leftOut].join('; ')}`);
  }
  const contents = contentsOf(runs);
  const assets = await loadPlainAssets('site');
  const documents = await writeDocuments(site);
  const pages = await pagesOf(contents, documents);
  const newest = dateText(at(contents.runs, -1, 'the runs of the site').results.startedAt);
  for (const page of pages) await site.write(fileOf(page), pageText(page, assets, newest));
  for (const run of contents.runs) await writeRun(site, run);
  await site.write(styleFile, assets.style);
  await site.write(dumpFiles.results, ndjsonOf(contents.runs));
  await site.write(dumpFiles.cells, cellsCsv(contents.runs));
  await site.write(feedFile, feedOf(contents.runs, at(pages, 0, 'the pages').description, address));
  await site.finish();
  return { first: join(folder, fileOf(at(pages, 0, 'the pages'))), leftOut, unread };
}

/** With a slash at its end. */
function addressOf(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed && /^https?:$/.test(parsed.protocol)) return parsed.href.replace(/\/*$/, '/');
  throw new TouchstoneError('usage', `'${url}' is no address of a site`, {
    hint: 'give one such as https://example.org/benchmarks/',
  });
}

async function pagesOf(contents: SiteContents, documents: readonly Link[]): Promise<SitePage[]> {
  const { machines, workloads, pairs, runs } = contents;
  const cells = timedCells(runs);
  const timed = new Set(cells.map(({ workload }) => workload));
  return [
    homePage(contents, documents),
    ...machines.map((machine) => machinePage(machine, contents)),
    ...(await Promise.all(workloads.map((one) => workloadPage(one, contents, timed.has(one.name))))),
    ...pairs.map((pair) => pairPage(pair, contents)),
    ...(await overTimePages(contents, cells)),
    reliabilityPage(contents),
  ];
}

function fileOf({ path }: SitePage): string {
  return path === '' ? 'index.html' : `${path}/index.html`;
}

function pageText(page: SitePage, { template }: Pick<Assets, 'template'>, newest: string): string {
  const { path } = page;
  const root = rootFrom(path);
  return template({ ...page, canonical: './', root, navigation: navigation(path), newest });
}

/** Its own report beside the results that the report leads to. */
async function writeRun(site: SiteFolder, run: ShownRun): Promise<void> {
  if (!existsSync(join(run.folder, reportFile))) await writeReport(run.folder);
  const pages = join(run.folder, pagesFolder);
  const others = existsSync(pages) ? readdirSync(pages).sort() : [];
  for (const file of [reportFile, ...others.map((name) => `${pagesFolder}/${name}`)]) {
    const path = `${runPath(run)}/${file}`;
    const text = await readFile(join(run.folder, file), 'utf8');
    await (file.endsWith('.html') ? writeReportPage(site, path, text, run) : site.write(path, text));
  }
  await site.write(`${runPath(run)}/${resultsFile}`, `${JSON.stringify(run.results)}\n`);
}

async function writeReportPage(
  site: SiteFolder,
  path: string,
  text: string,
  { retraction }: ShownRun,
): Promise<void> {
  const { html, scripts } = withSharedScripts(withRetraction(text, retraction), rootFrom(dirname(path)));
  for (const [file, script] of scripts) await site.write(file, script);
  await site.write(path, html);
}

/** What this project has found of the frameworks; as text, which every host and browser shows. */
const documents = [
  { file: 'conformance', text: 'Conformance', note: 'every operator on every target (Markdown)' },
  { file: 'findings', text: 'Findings', note: 'what turned out to be wrong in a framework (Markdown)' },
] as const;

async function writeDocuments(site: SiteFolder): Promise<Link[]> {
  const links: Link[] = [];
  for (const { file, text, note } of documents) {
    const source = join(projectRoot, 'docs', `${file}.md`);
    if (!existsSync(source)) continue;
    // Its mark tells browsers the encoding, whatever a host says.
    await site.write(`${file}.txt`, `\ufeff${await readFile(source, 'utf8')}`);
    links.push({ href: `${file}.txt`, text, note });
  }
  return links;
}
