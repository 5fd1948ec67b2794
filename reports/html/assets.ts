/** Template, style sheet and scripts of a page, read once. */
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Handlebars from 'handlebars';
import { installedPackage, projectRoot } from '../../common/paths.js';
import type { Table } from './chart.js';
import { lean, linkModules } from './link.js';
import type { MatrixView } from './page/matrix.js';
import { matrixMarkup } from './page/matrix-markup.js';
import type { OverviewView } from './page/overview.js';
import { overviewMarkup } from './page/overview-markup.js';
import { tableMarkup } from './page/table-markup.js';
import { scriptData } from './script-data.js';

export interface Assets {
  readonly template: (view: object) => string;
  readonly style: string;
  /** Libraries, which run first. */
  readonly scripts: readonly string[];
  /** The page's own script. */
  readonly client: string;
}

const templates = join(projectRoot, 'reports', 'html', 'templates');
const here = dirname(fileURLToPath(import.meta.url));
const vega = join(installedPackage('vega'), 'build', 'vega.min.js');
const interpreter = join(installedPackage('vega-interpreter'), 'build', 'vega-interpreter.js');

/** In this order: later ones refine earlier ones. */
const styles = ['theme', 'page', 'report', 'matrix', 'print'];

/** Each has a template and a script of that name; everything else is common to them. */
export type PageName = 'report' | 'index' | 'history';

/** Each has a template of that name, and no script. */
export type PlainPageName = 'compare' | 'site';

/** The report computes with the modules of `page/`. */
export const pageModules = moduleOf('index');
export const overviewModules = moduleOf('overview-index');

function moduleOf(name: string): string {
  return join(here, 'page', `${name}${extname(fileURLToPath(import.meta.url))}`);
}

/**
 * @param modules those of the project that the page's script calls, by the name under which it does
 * @param constants what else it reads, by name
 */
export async function loadAssets(
  page: PageName,
  modules: Readonly<Record<string, string>> = {},
  constants: Readonly<Record<string, unknown>> = {},
): Promise<Assets> {
  const clients = await Promise.all(
    ['theme', 'common', page].map((name) => text(join(templates, `${name}.client.js`))),
  );
  const linked = await linkModules({ ...(page === 'index' ? {} : { interpreter }), ...modules });
  const given = Object.entries(constants).map(([name, value]) => `const ${name} = ${scriptData(value)};`);
  // A function: as a file beside pages that are opened from disk it can be no module. It waits for data that are compressed.
  const body = ['(async () => {', "'use strict';", ...given, linked, ...clients, '})();'].join('\n');
  return {
    template: await templateOf(page),
    style: await styleOf(styles),
    scripts: page === 'index' ? [] : [insideScript(await text(vega))],
    client: insideScript(await lean(body)),
  };
}

/** A page without scripts: its template, and the style sheet that it has inside or beside it. */
export async function loadPlainAssets(page: PlainPageName): Promise<Pick<Assets, 'template' | 'style'>> {
  return { template: await templateOf(page), style: await styleOf([...styles, 'site']) };
}

function styleOf(names: readonly string[]): Promise<string> {
  return templateTexts(names.map((name) => `${name}.css`));
}

/** An engine of its own: partials are not shared with other users of the library. */
export async function templateOf(page: string): Promise<Assets['template']> {
  const engine = Handlebars.create();
  const files = (await readdir(templates)).filter((name) => extname(name) === '.hbs');
  for (const file of files) {
    engine.registerPartial(basename(file, '.hbs'), await text(join(templates, file)));
  }
  // What scripts make again is made by the same functions here.
  engine.registerHelper('table', (table: Table) => new engine.SafeString(tableMarkup(table).text));
  engine.registerHelper(
    'matrix',
    (view: MatrixView, isPlain: unknown) => new engine.SafeString(matrixMarkup(view, isPlain === true).text),
  );
  engine.registerHelper(
    'overviewTable',
    (view: OverviewView) => new engine.SafeString(overviewMarkup(view).text),
  );
  return engine.compile(`{{> ${page}}}`, { strict: false, preventIndent: true });
}

/** Files of the templates' folder, one behind the other. */
export async function templateTexts(names: readonly string[]): Promise<string> {
  return (await Promise.all(names.map((name) => text(join(templates, name))))).join('\n');
}

function text(path: string): Promise<string> {
  return readFile(path, 'utf8');
}

/** Without its source map, which is not shipped, and without strings that would end the script element. */
function insideScript(source: string): string {
  return source
    .replaceAll(/^\/\/# sourceMappingURL=.*$/gm, '')
    .replaceAll(/<\/script/gi, '<\\/script')
    .replaceAll('<!--', '<\\!--');
}
