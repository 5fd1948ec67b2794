/** The folders of `runners/` build on one another in one direction. The linter refuses cycles of files; these are of folders. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { projectRoot } from '../../common/paths.js';

const runners = join(projectRoot, 'runners');

/** For each folder the others that its files import, type-only imports included. */
function roomsImported(): Map<string, Set<string>> {
  const rooms = new Map<string, Set<string>>();
  const files = readdirSync(runners, { recursive: true, withFileTypes: true });
  for (const { name, parentPath } of files.filter((file) => file.isFile() && file.name.endsWith('.ts'))) {
    const room = roomOf(join(parentPath, name));
    const imported = rooms.get(room) ?? new Set();
    rooms.set(room, imported);
    const text = readFileSync(join(parentPath, name), 'utf8');
    for (const [, from = ''] of text.matchAll(/from '(\.[^']+)'/g)) {
      const path = resolve(parentPath, from);
      if (path.startsWith(`${runners}/`) && roomOf(path) !== room) imported.add(roomOf(path));
    }
  }
  return rooms;
}

function roomOf(path: string): string {
  return relative(runners, path).split('/')[0]!;
}

it('each folder can be placed above all that it imports', () => {
  const rooms = roomsImported();
  const order: string[] = [];
  for (let free = [...rooms.keys()]; free.length > 0; ) {
    const next = free.find((room) => [...(rooms.get(room) ?? [])].every((other) => order.includes(other)));
    expect(next, `a cycle among ${free.join(', ')}`).toBeDefined();
    order.push(next!);
    free = free.filter((room) => room !== next);
  }
  const place = (room: string) => order.indexOf(room);
  expect(place('worker')).toBeLessThan(place('hosts'));
  expect(place('parity')).toBeLessThan(place('schedule'));
  // A conformance run takes what a verdict depends on from the coordinator.
  expect(order.slice(-2)).toEqual(['coordinator', 'conformance']);
});
