/** What comes from elsewhere is named exactly: npm packages, and the actions of CI. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectRoot } from '../common/paths.js';

interface Packages {
  readonly name: string;
  readonly packages: Readonly<Record<string, { readonly name?: string; readonly version?: string }>>;
}

const read = (path: string) => readFileSync(join(projectRoot, path), 'utf8');
const lock = JSON.parse(read('package-lock.json')) as Packages;
const own = JSON.parse(read('package.json')) as { readonly name: string };

/** Every version of a package that npm installs somewhere. */
const versionsOf = (name: string) =>
  Object.entries(lock.packages).flatMap(([path, { version }]) =>
    path.endsWith(`node_modules/${name}`) && version !== undefined ? [version] : [],
  );

describe('package-lock.json', () => {
  it('is that of package.json', () => {
    expect([lock.name, lock.packages['']?.name]).toEqual([own.name, own.name]);
  });

  it.each([
    ['axios', 1],
    ['tar', 7],
    ['minimist', 1],
  ])('has no %s before %i, whatever its users ask for', (name, major) => {
    expect(versionsOf(name)).not.toEqual([]);
    for (const version of versionsOf(name))
      expect(Number(version.split('.')[0]), version).toBeGreaterThanOrEqual(major);
  });
});

const workflows = ['.github/workflows', 'docs/ci'].flatMap((folder) =>
  readdirSync(join(projectRoot, folder)).map((name) => join(folder, name)),
);

it.each([...workflows, 'action.yml'])(
  '%s names actions by their commit, with the version beside it',
  (path) => {
    const uses = [...read(path).matchAll(/^\s*(?:- )?uses: (.*)$/gm)].map(([, action = '']) => action);
    // An action of this repository comes with it; the last is the reader's to fill in.
    const others = uses.filter((action) => !action.startsWith('./') && !action.startsWith('OWNER/'));
    for (const action of others) expect(action).toMatch(/^[\w-]+\/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  },
);
