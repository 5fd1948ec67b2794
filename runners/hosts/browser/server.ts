/**
 * The loopback server that a page is loaded from and speaks with: its program, the requests of the protocol and its replies, and
 * the files that it reads and writes. Nothing answers without the random token that its address begins with.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { normalize } from 'node:path';
import { text } from 'node:stream/consumers';
import { messageOf } from '../../../common/errors.js';
import type { Boot, MemoryReading, Reading } from './boot.js';
import { type Access, exchange, packageFile, refuse, send, sendFile } from './page-files.js';

export interface PageServerOptions {
  /** The page's program. */
  readonly program: Buffer;
  /** Whether it runs in a dedicated worker of the page. */
  readonly isWorker: boolean;
  /** Asked for by the page, when the browser has started. */
  boot(): Boot;
  /** Folders of the packages whose files the page may fetch, by name. */
  readonly packages: ReadonlyMap<string, string>;
  /** Whether it may compile JavaScript from text. */
  readonly evaluates: boolean;
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
}

/** Only programs of this server run, and only this server is spoken to. `blob:` is where WebAssembly threads begin. */
function policyOf({ evaluates }: PageServerOptions): string {
  return [
    "default-src 'none'",
    `script-src 'self' 'wasm-unsafe-eval' blob:${evaluates ? " 'unsafe-eval'" : ''}`,
    "worker-src 'self' blob:",
    "connect-src 'self' blob: data:",
    "img-src 'self' blob: data:",
  ].join('; ');
}

const headers = {
  // What shared memory and the finer clock ask for.
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
};

/** The same program runs on either thread. */
const htmlOf = (program: 'page.js' | 'start.js') =>
  `<!doctype html><meta charset="utf-8"><title>Touchstone</title><script type="module" src="${program}"></script>`;
const startWorker = "new Worker('page.js', { type: 'module' });";

export async function servePage(options: PageServerOptions): Promise<PageServer> {
  const token = randomUUID();
  const policy = policyOf(options);
  const waiting: ((line: string) => void)[] = [];
  const lines: string[] = [];
  let access: Access = { readable: [], writable: [] };

  const hand = () => {
    while (waiting.length > 0 && lines.length > 0) waiting.shift()?.(lines.shift() as string);
  };
  const routes: Readonly<Record<string, (request: IncomingMessage, response: ServerResponse) => unknown>> = {
    '': (_, response) => send(response, htmlOf(options.isWorker ? 'start.js' : 'page.js'), 'text/html'),
    'start.js': (_, response) => send(response, startWorker, 'text/javascript'),
    'page.js': (_, response) => send(response, options.program, 'text/javascript'),
    boot: (_, response) => send(response, JSON.stringify(options.boot()), 'application/json'),
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
    const [, given, ...rest] = (request.url ?? '').split('/');
    if (given !== token) return refuse(response, 404, 'nothing is here');
    const [first = '', ...names] = rest.map(decodeURIComponent);
    const path = names.join('/');
    if (first === 'packages') return sendFile(request, response, packageFile(options.packages, path));
    if (first === 'files') return exchange(request, response, normalize(`/${path}`), access);
    const route = names.length === 0 && Object.hasOwn(routes, first) ? routes[first] : undefined;
    return route ? route(request, response) : refuse(response, 404, 'nothing is here');
  };

  const server = createServer((request, response) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    response.setHeader('Content-Security-Policy', policy);
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
  };
}
