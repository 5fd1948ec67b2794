/** The core of a JavaScript worker is bundled into browser pages: nothing that it imports may be of Node. */
import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { projectRoot } from '../../../common/paths.js';

/** Imports that are gone once types are, `import type` and `type` specifiers, are of no weight. */
const importing = /^(?:import|export)\s+(?!type\b)(?:(?<clause>[^'"]*?)\s+from\s+)?'(?<from>[^']+)'/gm;
/** What only Node has as globals. */
const globals = /(?<![\w.#'"`/-])(?:process|Buffer|__dirname|require|NodeJS)(?:\.|\()/;
/** Packages that run in browsers too. */
const portablePackages = new Set(['zod']);

interface Use {
  readonly file: string;
  readonly of: string;
}

/** Every import and global that the core needs and a browser does not have. */
function unportable(folder: string): { readonly reached: string[]; readonly uses: Use[] } {
  const waiting = readdirSync(folder).map((name) => join(folder, name));
  const reached = new Set<string>();
  const uses: Use[] = [];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (reached.has(path)) continue;
    reached.add(path);
    const text = readFileSync(path, 'utf8');
    const file = relative(projectRoot, path);
    const global = globals.exec(withoutComments(text))?.[0];
    if (global !== undefined) uses.push({ file, of: global });
    for (const { groups } of text.matchAll(importing)) {
      const { clause = '', from = '' } = groups ?? {};
      if (isOfTypes(clause)) continue;
      if (from.startsWith('.')) waiting.push(resolve(dirname(path), from.replace(/\.js$/, '.ts')));
      else if (!portablePackages.has(from)) uses.push({ file, of: from });
    }
  }
  return { reached: [...reached], uses };
}

function isOfTypes(clause: string): boolean {
  const named = /^\{(?<names>[^}]*)\}$/s.exec(clause.trim())?.groups?.names;
  const names = named
    ?.split(',')
    .map((name) => name.trim())
    .filter(Boolean);
  return names?.every((name) => name.startsWith('type ')) ?? false;
}

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/\/\/.*$/gm, '');
}

it('imports nothing of Node, directly or through others', () => {
  const { reached, uses } = unportable(join(projectRoot, 'runners/worker'));
  expect(uses).toEqual([]);
  // The walk left the folder: what it shares with the coordinator was looked at as well.
  expect(reached).toContain(join(projectRoot, 'runners/protocol/messages.ts'));
});

it('finds what the shell around it does import', () => {
  const { uses } = unportable(join(projectRoot, 'runners/hosts/node'));
  const found = new Set(uses.map(({ of }) => of));
  for (const name of ['node:net', 'node:crypto', 'process.']) expect(found).toContain(name);
  for (const name of found) {
    if (name.startsWith('node:')) expect(builtinModules).toContain(name.slice('node:'.length));
  }
});
