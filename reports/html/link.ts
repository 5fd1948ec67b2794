/**
 * Compiled modules of this project as one script, for a page that must work from disk, where a browser imports nothing. They
 * may import each other; of packages only those whose contents the page has as a global name.
 */
import { readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { TouchstoneError } from '../../common/errors.js';
import { buildFolder, projectRoot } from '../../common/paths.js';

/** The global names of packages that are on the page. */
const globals: Readonly<Record<string, string>> = { 'vega-util': 'vega' };

/**
 * The script leaves the exports of each entry, by its name, in the constant `linked`.
 *
 * @param entries path of a module, compiled or the TypeScript of which it was compiled, by name
 * @throws TouchstoneError for a form of import or export that this does not know
 */
export async function linkModules(entries: Readonly<Record<string, string>>): Promise<string> {
  const linked = new Map<string, string>();
  const parts: string[] = [];
  const names: string[] = [];
  for (const [name, path] of Object.entries(entries)) {
    const place = await link(compiledPath(path), linked, parts);
    names.push(`${name}: ${place}`);
  }
  return [...parts, `const linked = { ${names.join(', ')} };`].join('\n');
}

/** Where the compiler puts a file of the project. */
function compiledPath(path: string): string {
  if (!path.endsWith('.ts')) return path;
  return join(buildFolder, relative(projectRoot, path)).replace(/\.ts$/, '.js');
}

/** The modules that it imports come first, each once. */
async function link(path: string, linked: Map<string, string>, parts: string[]): Promise<string> {
  const known = linked.get(path);
  if (known !== undefined) return known;
  const source = withoutComments(await readFile(path, 'utf8'));
  const imports: string[] = [];
  for (const [, main, named, from = ''] of source.matchAll(importForm)) {
    const origin = from.startsWith('.')
      ? await link(join(dirname(path), from), linked, parts)
      : globals[from];
    if (origin === undefined) throw unknownForm(path, `import of ${from}`);
    if (main) imports.push(`const ${main} = ${origin}.default;`);
    if (named) imports.push(`const {${named.replaceAll(' as ', ': ')}} = ${origin};`);
  }
  const exported: string[] = [];
  for (const [, names = '', from = ''] of source.matchAll(reexportForm)) {
    const origin = await link(join(dirname(path), from), linked, parts);
    for (const one of listOf(names)) exported.push(`${one}: ${origin}.${one}`);
  }
  const place = `module${linked.size}`;
  linked.set(path, place);
  parts.push(moduleText(path, place, source, imports, exported));
  return place;
}

const importForm = /^import (?:(\w+)(?:, )?)?(?:\{([^}]*)\})? ?from '([^']+)';$/gm;
const reexportForm = /^export \{([^}]*)\} from '([^']+)';$/gm;

function moduleText(
  path: string,
  place: string,
  source: string,
  imports: readonly string[],
  reexported: readonly string[],
): string {
  const exported = [...reexported];
  const body = source
    .replace(importForm, '')
    .replace(reexportForm, '')
    .replace(/^export default (?!(?:async )?function|class)/m, () => {
      exported.push('default: whole');
      return 'const whole = ';
    })
    .replace(/^export \{([^}]*)\};$/gm, (_, names: string) => {
      for (const one of listOf(names)) {
        const [inner, outer = inner] = one.split(' as ');
        exported.push(`${outer}: ${inner}`);
      }
      return '';
    })
    .replace(
      /^export ((?:async )?(?:function|class|const) (\w+))/gm,
      (_, declaration: string, name: string) => {
        exported.push(name);
        return declaration;
      },
    );
  const left = /^(?:import|export)\b.*$/m.exec(body);
  if (left) throw unknownForm(path, left[0]);
  return `const ${place} = (() => {\n${imports.join('\n')}\n${body.trim()}\nreturn { ${exported.join(', ')} };\n})();`;
}

function listOf(names: string): string[] {
  return names
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
}

/** A whole script as it stands in a page: what only its readers need is left out. */
export async function lean(script: string): Promise<string> {
  const { transform } = await import('esbuild');
  const { code } = await transform(script, { minify: true, charset: 'utf8', target: 'es2022' });
  return code;
}

/** Those that begin a line, in which an export may be spoken of: no text of the project does so with one. */
function withoutComments(source: string): string {
  return source.replaceAll(/^\s*\/\*[\s\S]*?\*\/\n/gm, '').replaceAll(/^\s*\/\/.*\n?/gm, '');
}

function unknownForm(path: string, what: string): TouchstoneError {
  return new TouchstoneError('internal', `${relative(projectRoot, path)} cannot be on a page: ${what}`);
}
