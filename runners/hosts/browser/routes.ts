/**
 * What a page is loaded from and speaks with, below an address that a server gives it: its program, the requests of the protocol and
 * its replies, and the files that it reads and writes.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { normalize } from 'node:path';
import { messageOf } from '../../../common/errors.js';
import { maxLineBytes } from '../../protocol/lines.js';
import { bodyText } from './body.js';
import type { Boot, MemoryReading, Reading } from './boot.js';
import { type Access, exchange, packageFile, refuse, send, sendFile } from './page-files.js';

export interface PageOptions {
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

export interface PageRoutes {
  /** @param path behind the address of the page's folder */
  answer(request: IncomingMessage, response: ServerResponse, path: readonly string[]): unknown;
  /** Hands a request of the protocol to the page, once it asks for one. */
  request(line: string): void;
  /** From now on the page may read what is below these paths, and write these files; nothing that it might before. */
  allow(access: Access): void;
}

/** Only programs of this server run, and only this server is spoken to. `blob:` is where WebAssembly threads begin. */
function policyOf({ evaluates }: PageOptions): string {
  return [
    "default-src 'none'",
    `script-src 'self' 'wasm-unsafe-eval' blob:${evaluates ? " 'unsafe-eval'" : ''}`,
    "worker-src 'self' blob:",
    "connect-src 'self' blob: data:",
    "img-src 'self' blob: data:",
    "frame-ancestors 'self'",
  ].join('; ');
}

/** Of every answer: what shared memory and the finer clock ask for, and nothing is kept. */
export const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
} as const;

/** The same program runs on either thread. */
const htmlOf = (program: 'page.js' | 'start.js') =>
  `<!doctype html><meta charset="utf-8"><title>Touchstone</title><script type="module" src="${program}"></script>`;

/** In a frame, the worker hears what the page around it says, and answers it. */
const startWorker = `const worker = new Worker('page.js', { type: 'module', name: parent === window ? '' : 'framed' });
worker.addEventListener('message', ({ data }) => parent.postMessage(data, location.origin));
addEventListener('message', ({ source, data }) => {
  if (source === parent) worker.postMessage(data);
});`;

export function pageRoutes(options: PageOptions): PageRoutes {
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
      options.onReply(await bodyText(request, maxLineBytes));
      send(response, '', 'text/plain');
    },
    async failed(request, response) {
      options.onPage({ event: 'failed', reason: messageOf(await bodyText(request, maxLineBytes)) });
      send(response, '', 'text/plain');
    },
  };

  return {
    answer(request, response, [first = '', ...names]) {
      response.setHeader('Content-Security-Policy', policy);
      const path = names.join('/');
      if (first === 'packages') return sendFile(request, response, packageFile(options.packages, path));
      if (first === 'files') return exchange(request, response, normalize(`/${path}`), access);
      const route = names.length === 0 && Object.hasOwn(routes, first) ? routes[first] : undefined;
      return route ? route(request, response) : refuse(response, 404, 'nothing is here');
    },
    request(line) {
      lines.push(line);
      hand();
    },
    allow(given) {
      access = { readable: given.readable.map(normalize), writable: given.writable.map(normalize) };
    },
  };
}
