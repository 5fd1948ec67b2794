/** Template, style sheet and scripts of the page, read once. */
import { readdir, readFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import Handlebars from 'handlebars';
import { installedPackage, projectRoot } from '../../common/paths.js';

export interface Assets {
  readonly template: (view: object) => string;
  readonly style: string;
  /** Libraries, in the order in which they must run. */
  readonly scripts: readonly string[];
  /** The page's own script, a module. */
  readonly client: string;
}

const templates = join(projectRoot, 'reports', 'html', 'templates');
const libraries = [
  join(installedPackage('vega'), 'build', 'vega.min.js'),
  join(installedPackage('vega-lite'), 'build', 'vega-lite.min.js'),
  join(installedPackage('vega-embed'), 'build', 'vega-embed.min.js'),
];

/** Each has a template and a script of that name; everything else is common to them. */
export type PageName = 'report' | 'history';

const loaded = new Map<PageName, Promise<Assets>>();

export function loadAssets(page: PageName = 'report'): Promise<Assets> {
  const assets = loaded.get(page) ?? readAssets(page);
  loaded.set(page, assets);
  return assets;
}

async function readAssets(page: PageName): Promise<Assets> {
  // Its own engine: partials are not shared with other users of the library.
  const engine = Handlebars.create();
  const names = (await readdir(templates)).filter((name) => extname(name) === '.hbs');
  for (const name of names) engine.registerPartial(basename(name, '.hbs'), await text(join(templates, name)));
  const scripts = await Promise.all(libraries.map(text));
  const clients = await Promise.all(
    ['common', page].map((name) => text(join(templates, `${name}.client.js`))),
  );
  return {
    template: engine.compile(`{{> ${page}}}`, { strict: false, preventIndent: true }),
    style: `${await text(join(templates, 'report.css'))}\n${await text(join(templates, 'print.css'))}`,
    scripts: scripts.map(insideScript),
    client: insideScript(clients.join('\n')),
  };
}

function text(path: string): Promise<string> {
  return readFile(path, 'utf8');
}

/** Without its source map, which is not shipped, and without strings that would end the script element. */
function insideScript(source: string): string {
  return source
    .replace(/^\/\/# sourceMappingURL=.*$/m, '')
    .replaceAll(/<\/script/gi, '<\\/script')
    .replaceAll('<!--', '<\\!--');
}
