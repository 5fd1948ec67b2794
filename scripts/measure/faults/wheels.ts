/** Small Python packages, made by hand: what pip does with them needs no network. */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';

export interface Wheel {
  readonly name: string;
  readonly version: string;
  readonly file: string;
  readonly content: Uint8Array;
  /** As a lock file has it. */
  readonly hash: string;
}

/** A package that holds nothing and needs `needs`. */
export function makeWheel(name: string, version: string, needs: readonly string[] = []): Wheel {
  const information = `${name}-${version}.dist-info`;
  const metadata = ['Metadata-Version: 2.1', `Name: ${name}`, `Version: ${version}`];
  const files = {
    [`${name}.py`]: '',
    [`${information}/METADATA`]: [...metadata, ...needs.map((each) => `Requires-Dist: ${each}`), ''].join(
      '\n',
    ),
    [`${information}/WHEEL`]:
      'Wheel-Version: 1.0\nGenerator: a test\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
  };
  const record = [...Object.keys(files), `${information}/RECORD`].map((path) => `${path},,\n`).join('');
  const all = Object.entries({ ...files, [`${information}/RECORD`]: record });
  const content = zipSync(Object.fromEntries(all.map(([path, text]) => [path, strToU8(text)])));
  const hash = `sha256:${createHash('sha256').update(content).digest('hex')}`;
  return { name, version, file: `${name}-${version}-py3-none-any.whl`, content, hash };
}

/** A folder that pip finds them in (`--find-links`). */
export function folderOfWheels(parent: string, ...wheels: readonly Wheel[]): string {
  const folder = join(parent, 'wheels');
  mkdirSync(folder, { recursive: true });
  for (const { file, content } of wheels) writeFileSync(join(folder, file), content);
  return folder;
}
