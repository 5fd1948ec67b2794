/** What `docs/architecture.md` names is there. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { projectRoot } from '../common/paths.js';

const text = readFileSync(join(projectRoot, 'docs/architecture.md'), 'utf8');
/** Where a shortened path begins, by its first folder. */
const shortened: Readonly<Record<string, string>> = {
  lowering: 'adapters',
  touchstone_bridge: 'python-bridge',
};
const rooms = ['common', 'model', 'suites', 'adapters', 'runners', 'reports', 'cli', 'scripts', 'tests'];

const paths = [...text.matchAll(/`([a-z_][\w-]*\/[\w./-]*)`/g)].flatMap(([, path = '']) => {
  const [first = ''] = path.split('/');
  if (first in shortened) return [`${shortened[first]}/${path}`];
  return rooms.includes(first) || first === 'python-bridge' ? [path] : [];
});

it('names files and folders', () => expect(paths.length).toBeGreaterThan(40));

it.each([...new Set(paths)])('%s', (path) => expect(existsSync(join(projectRoot, path))).toBe(true));

it.each(rooms)('has a line for %s', (room) => expect(text).toMatch(new RegExp(`^\\| \`${room}/`, 'm')));
