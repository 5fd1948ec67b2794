/** Template, style sheet and scripts of a page, read once. */
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Handlebars from 'handlebars';
import { installedPackage, projectRoot } from '../../common/paths.js';
import type { Table } from './chart.js';
import { linkModules } from './link.js';
import type { MatrixView } from './page/matrix.js';
import { matrixMarkup } from './page/matrix-markup.js';
import { tableMarkup } from './page/table-markup.js';

export interface Assets {
  readonly template: (view: object) => string;
  readonly style: string;
  /** Libraries, which run first. */
  readonly scripts: readonly string[];
  /** The page's own script, a module. */
  readonly client: string;
}

const templates = join(projectRoot, 'reports', 'html', 'templates');
const here = dirname(fileURLToPath(import.meta.url));
const vega = join(installedPackage('vega'), 'build', 'vega.min.js');
const interpreter = join(installedPackage('vega-interpreter'), 'build', 'vega-interpreter.js');

/** In this order: later ones refine earlier ones. */
const styles = ['theme', 'page', 'report', 'matrix', 'print'];

/** Each has a template and a script of that name; everything else is common to them. */
export type PageName = 'report' | 'history';

/** Each has a template of that name, and no script. */
export type PlainPageName = 'compare' | 'site';

/** The report computes with the modules of `page/`. */
export const pageModules = join(here, 'page', `index${extname(fileURLToPath(import.meta.url))}`);

/** @param modules those of the project that the page's script calls, by the name under which it does */
export async function loadAssets(
  page: PageName,
  modules: Readonly<Record<string, string>> = {},
): Promise<Assets> {
  const clients = await Promise.all(
    ['common', page].map((name) => text(join(templates, `${name}.client.js`))),
  );
  const linked = await linkModules({ interpreter, ...modules });
  return {
    template: await templateOf(page),
    style: (await Promise.all(styles.map((name) => text(join(templates, `${name}.css`))))).join('\n'),
    scripts: [insideScript(await text(vega))],
    client: insideScript([linked, ...clients].join('\n')),
  };
}

/** A page without scripts: its template, and the style sheet that it has inside or beside it. */
export async function loadPlainAssets(page: PlainPageName): Promise<Pick<Assets, 'template' | 'style'>> {
  const parts = await Promise.all([...styles, 'site'].map((name) => text(join(templates, `${name}.css`))));
  return { template: await templateOf(page), style: parts.join('\n') };
}

/** An engine of its own: partials are not shared with other users of the library. */
async function templateOf(page: PageName | PlainPageName): Promise<Assets['template']> {
  const engine = Handlebars.create();
  const files = (await readdir(templates)).filter((name) => extname(name) === '.hbs');
  for (const file of files) {
    engine.registerPartial(basename(file, '.hbs'), await text(join(templates, file)));
  }
  // What scripts make again is made by the same functions here.
  engine.registerHelper('table', (table: Table) => new engine.SafeString(tableMarkup(table).text));
  engine.registerHelper('matrix', (view: MatrixView) => new engine.SafeString(matrixMarkup(view).text));
  return engine.compile(`{{> ${page}}}`, { strict: false, preventIndent: true });
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
