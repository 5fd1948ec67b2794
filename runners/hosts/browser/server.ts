/**
 * The loopback server that a page is loaded from and speaks with: its program, the requests of the protocol and its replies, and
 * the files that it reads and writes. Nothing answers without the random token that its address begins with.
 */
import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream, statSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize, sep } from 'node:path';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { messageOf } from '../../../common/errors.js';
import type { Boot, MemoryReading, Reading } from './boot.js';

export interface PageServerOptions {
  /** The page's program. */
  readonly program: Buffer;
  readonly boot: Boot;
  /** Folders of the packages whose files the page may fetch, by name. */
  readonly packages: ReadonlyMap<string, string>;
  reading(): Reading;
  memory(): MemoryReading;
  /** A reply of the page, a line without its end. */
  onReply(line: string): void;
  /** The page is there, has failed by itself, or is gone. */
  onPage(event: PageEvent): void;
}

export type PageEvent =
  | { readonly event: 'opened' }
  | { readonly event: 'failed'; readonly reason: string }
  | { readonly event: 'closed' };

export interface PageServer {
  readonly url: string;
  /** Hands a request of the protocol to the page, once it asks for one. */
  request(line: string): void;
  /** From now on the page may read what is below these paths, and write these files; nothing that it might before. */
  allow(access: Access): void;
  close(): void;
}

export interface Access {
  readonly readable: readonly string[];
  readonly writable: readonly string[];
}

/** Only programs of this server run, and only this server is spoken to. `blob:` is where WebAssembly threads begin. */
const policy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval' blob:",
  "worker-src 'self' blob:",
  "connect-src 'self' blob: data:",
  "img-src 'self' blob: data:",
].join('; ');

const headers = {
  // What shared memory and the finer clock ask for.
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Content-Security-Policy': policy,
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
};

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
};

const html =
  '<!doctype html><meta charset="utf-8"><title>Touchstone</title><script type="module" src="page.js"></script>';

export async function servePage(options: PageServerOptions): Promise<PageServer> {
  const token = randomUUID();
  const waiting: ((line: string) => void)[] = [];
  const lines: string[] = [];
  let access: Access = { readable: [], writable: [] };

  const hand = () => {
    while (waiting.length > 0 && lines.length > 0) waiting.shift()?.(lines.shift() as string);
  };
  const isReadable = (path: string) =>
    access.readable.some((allowed) => path === allowed || path.startsWith(`${allowed}${sep}`));

  const routes: Readonly<Record<string, (request: IncomingMessage, response: ServerResponse) => unknown>> = {
    '': (_, response) => send(response, html, 'text/html'),
    'page.js': (_, response) => send(response, options.program, 'text/javascript'),
    boot: (_, response) => send(response, JSON.stringify(options.boot), 'application/json'),
    reading: (_, response) => send(response, JSON.stringify(options.reading()), 'application/json'),
    memory: (_, response) => send(response, JSON.stringify(options.memory()), 'application/json'),
    alive(_, response) {
      response.flushHeaders();
      response.on('close', () => options.onPage({ event: 'closed' }));
      options.onPage({ event: 'opened' });
    },
    request(_, response) {
      waiting.push((line) => send(response, line, 'application/json'));
      hand();
    },
    async reply(request, response) {
      options.onReply(await text(request));
      send(response, '', 'text/plain');
    },
    async failed(request, response) {
      options.onPage({ event: 'failed', reason: messageOf(await text(request)) });
      send(response, '', 'text/plain');
    },
  };

  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const [, given, ...rest] = (request.url ?? '').split('?')[0]?.split('/') ?? [];
    if (given !== token) return refuse(response, 404, 'nothing is here');
    const [first = '', ...names] = rest.map(decodeURIComponent);
    if (first === 'packages')
      return sendFile(request, response, packageFile(options.packages, names.join('/')));
    if (first === 'files') {
      const path = normalize(`/${names.join('/')}`);
      if (request.method !== 'PUT') return sendFile(request, response, isReadable(path) ? path : undefined);
      if (access.writable.includes(path)) return receive(request, response, path);
      return refuse(response, 403, 'it may not be written');
    }
    const route = names.length === 0 ? routes[first] : undefined;
    return route ? route(request, response) : refuse(response, 404, 'nothing is here');
  };

  const server = createServer((request, response) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    serve(request, response).catch((error: unknown) => refuse(response, 500, messageOf(error)));
  });
  // A page that computes for minutes asks for nothing in the meantime.
  server.requestTimeout = 0;
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/${token}/`,
    request(line) {
      lines.push(line);
      hand();
    },
    allow(given) {
      access = { readable: given.readable.map(normalize), writable: given.writable.map(normalize) };
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Undefined for what is in none of the packages. */
function packageFile(packages: ReadonlyMap<string, string>, path: string): string | undefined {
  for (const [name, folder] of packages) {
    if (!path.startsWith(`${name}/`)) continue;
    const file = join(folder, path.slice(name.length));
    if (file.startsWith(`${folder}${sep}`)) return file;
  }
  return undefined;
}

function send(response: ServerResponse, body: string | Buffer, type: string): void {
  response.writeHead(200, { 'Content-Type': type });
  response.end(body);
}

async function sendFile(
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
    await pipeline(request, createWriteStream(temporary));
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
  send(response, '', 'text/plain');
}

function refuse(response: ServerResponse, status: number, why: string): void {
  if (!response.headersSent) response.writeHead(status, { 'Content-Type': 'text/plain' });
  response.end(why);
}
