/** The files that a page may read and write, over HTTP. */
import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream, statSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { limited } from './body.js';

export interface Access {
  readonly readable: readonly string[];
  readonly writable: readonly string[];
}

/** Results of a model with a thousand million values are larger than any page holds. */
const maxFileBytes = 4 * 2 ** 30;

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
};

/** Reads or writes a file of this machine, where the page may. */
export async function exchange(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  { readable, writable }: Access,
): Promise<void> {
  if (request.method === 'PUT') {
    if (!writable.includes(path)) return refuse(response, 403, 'it may not be written');
    return receive(request, response, path);
  }
  const isReadable = readable.some((allowed) => path === allowed || path.startsWith(`${allowed}${sep}`));
  return sendFile(request, response, isReadable ? path : undefined);
}

/** Undefined for what is in none of the packages. */
export function packageFile(packages: ReadonlyMap<string, string>, path: string): string | undefined {
  for (const [name, folder] of packages) {
    if (!path.startsWith(`${name}/`)) continue;
    const file = join(folder, path.slice(name.length));
    if (file.startsWith(`${folder}${sep}`)) return file;
  }
  return undefined;
}

export function send(response: ServerResponse, body: string | Buffer, type: string): void {
  response.writeHead(200, { 'Content-Type': type });
  response.end(body);
}

export async function sendFile(
  { method }: IncomingMessage,
  response: ServerResponse,
  path: string | undefined,
): Promise<void> {
  const found = path === undefined ? undefined : statSync(path, { throwIfNoEntry: false });
  if (path === undefined || !found?.isFile()) return refuse(response, 404, 'there is no such file');
  response.writeHead(200, {
    'Content-Type': types[extname(path)] ?? 'application/octet-stream',
    'Content-Length': found.size,
  });
  if (method === 'HEAD') response.end();
  else await pipeline(createReadStream(path), response);
}

/** Atomically: a reader sees the whole file or none. */
async function receive(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await pipeline(request, limited(maxFileBytes), createWriteStream(temporary));
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
  send(response, '', 'text/plain');
}

export function refuse(response: ServerResponse, status: number, why: string): void {
  if (!response.headersSent) response.writeHead(status, { 'Content-Type': 'text/plain' });
  response.end(why);
}
