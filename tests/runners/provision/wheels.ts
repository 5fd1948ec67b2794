/** Small Python packages, made by hand, and an index of them on this machine: what pip does with them needs no network. */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
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

/** An index that says when each file was uploaded (PEP 700). Listens on this machine alone, at a port of the system's choice. */
export function indexOfWheels(uploads: readonly { wheel: Wheel; at: string }[]): Promise<Server> {
  const server = createServer(({ url = '' }, response) => {
    const last = url.split('/').filter(Boolean).at(-1) ?? '';
    const file = uploads.find(({ wheel }) => wheel.file === last);
    if (file) return response.end(file.wheel.content);
    const files = uploads
      .filter(({ wheel }) => wheel.name === last)
      .map(({ wheel, at }) => ({
        filename: wheel.file,
        url: `/files/${wheel.file}`,
        hashes: { sha256: wheel.hash.replace('sha256:', '') },
        size: wheel.content.length,
        'upload-time': at,
      }));
    response.setHeader('content-type', 'application/vnd.pypi.simple.v1+json');
    response.statusCode = files.length > 0 ? 200 : 404;
    return response.end(JSON.stringify({ meta: { 'api-version': '1.1' }, name: last, versions: [], files }));
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}
