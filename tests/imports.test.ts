/** The directions of imports between rooms, which the linter enforces: every rule is broken here, in a copy. */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installedPackage, projectRoot } from '../common/paths.js';

/** Each room with those that it may import, from the ground up. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  common: [],
  model: ['common'],
  suites: ['common', 'model'],
  adapters: ['common', 'model', 'suites'],
  runners: ['common', 'model', 'suites', 'adapters'],
  reports: ['common'],
  cli: ['common', 'model', 'suites', 'adapters', 'runners', 'reports'],
  scripts: ['common', 'model', 'suites', 'adapters', 'runners', 'reports'],
};
const rooms = Object.keys(mayImport);
/** Every form in which a module can name another. */
const forms: Readonly<Record<string, (path: string) => string>> = {
  value: (path) => `import { found } from '${path}';\nexport const made = found;\n`,
  type: (path) => `import type { Found } from '${path}';\nexport type Made = Found;\n`,
  export: (path) => `export { found } from '${path}';\n`,
  dynamic: (path) => `export const made = await import('${path}');\n`,
};

let copy = '';
let findings: ReadonlyMap<string, readonly string[]> = new Map();

beforeAll(async () => {
  copy = mkdtempSync(join(tmpdir(), 'touchstone-imports-'));
  for (const file of ['biome.json', 'biome.rooms.jsonc']) cpSync(join(projectRoot, file), join(copy, file));
  const found = 'export const found = 1;\nexport type Found = number;\n';
  write('bench.ts', found);
  for (const room of rooms) {
    write(`${room}/inner/found.ts`, found);
    for (const other of rooms.filter((name) => name !== room)) {
      for (const [form, text] of Object.entries(forms)) {
        write(`${room}/inner/${form}-${other}.ts`, text(`../../${other}/inner/found.js`));
      }
    }
    write(`${room}/inner/bench.ts`, forms.value!('../../bench.js'));
    // Up and down inside one room.
    write(`${room}/above.ts`, forms.value!('./inner/found.js'));
    write(`${room}/inner/below.ts`, forms.value!('../above.js'));
  }
  write('common/at.ts', found);
  write('common/statistics/impure.ts', forms.value!('../at.js'));
  write('common/statistics/found.ts', found);
  write('common/statistics/pure.ts', forms.value!('./found.js'));
  write('runners/first.ts', "import type { Second } from './second.js';\nexport type First = Second | 1;\n");
  write('runners/second.ts', "import type { First } from './first.js';\nexport type Second = First | 2;\n");
  findings = await lint();
});
afterAll(() => rmSync(copy, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(copy, path)), { recursive: true });
  writeFileSync(join(copy, path), text);
}

/** The rules that each file breaks. */
async function lint(): Promise<Map<string, string[]>> {
  const biome = join(installedPackage('@biomejs/biome'), 'bin/biome');
  const { stdout } = await execa(
    process.execPath,
    [biome, 'lint', '--reporter=json', '--max-diagnostics=none', '--diagnostic-level=error', '.'],
    { cwd: copy, reject: false },
  );
  const { diagnostics } = JSON.parse(stdout) as {
    diagnostics: { category: string; location: { path: string | { file: string } } }[];
  };
  const rules = new Map<string, string[]>();
  for (const { category, location } of diagnostics) {
    const path = typeof location.path === 'string' ? location.path : location.path.file;
    rules.set(path, [...(rules.get(path) ?? []), category]);
  }
  return rules;
}

const upward = 'lint/style/noRestrictedImports';

it('knows every room of the project', () => {
  const besides = ['tests', 'docs', 'build', 'node_modules', 'python-bridge'];
  const folders = readdirSync(projectRoot, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .filter((name) => !besides.includes(name));
  expect(folders.sort()).toEqual([...rooms].sort());
});

describe.each(rooms)('%s', (room) => {
  const others = rooms.filter((name) => name !== room);
  const allowed = others.filter((name) => mayImport[room]!.includes(name));
  const forbidden = others.filter((name) => !mayImport[room]!.includes(name));

  it.each(Object.keys(forms))(`imports what is below by %s`, (form) => {
    for (const other of allowed) expect(findings.get(`${room}/inner/${form}-${other}.ts`)).toBeUndefined();
    expect(findings.get(`${room}/inner/below.ts`)).toBeUndefined();
  });

  it.each(Object.keys(forms))(`imports nothing else by %s`, (form) => {
    for (const other of forbidden) {
      expect(findings.get(`${room}/inner/${form}-${other}.ts`), other).toContain(upward);
    }
    expect(findings.get(`${room}/inner/bench.ts`)).toContain(upward);
  });
});

it('common/statistics imports nothing of the project', () => {
  expect(findings.get('common/statistics/impure.ts')).toContain(upward);
  expect(findings.get('common/statistics/pure.ts')).toBeUndefined();
});

it('a cycle is named at each of its imports, although both are of types alone', () => {
  for (const file of ['runners/first.ts', 'runners/second.ts']) {
    expect(findings.get(file)).toContain('lint/suspicious/noImportCycles');
  }
});
