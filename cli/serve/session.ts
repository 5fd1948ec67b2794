/**
 * A visitor who measures: the answer to the request that began it is a stream of messages, lines of JSON, for as long as it takes. When
 * it is closed, the visitor is gone.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { TouchstoneError } from '../../common/errors.js';
import type { PageRoutes } from '../../runners/hosts/browser/routes.js';
import type { VisitorFacts } from '../../runners/hosts/browser/visitor/facts.js';
import type { VisitorFrame, VisitorPage } from '../../runners/hosts/browser/visitor/page.js';
import { sendNotFound } from './answers.js';

export type Message =
  /** Shows a frame, gives it a request of the protocol, takes it off. */
  | { readonly type: 'open'; readonly frame: number; readonly url: string }
  | { readonly type: 'request'; readonly frame: number; readonly line: string }
  | { readonly type: 'close'; readonly frame: number }
  /** `limitMs` where the stage ends after so long at the latest. */
  | { readonly type: 'stage'; readonly name: string; readonly steps: number; readonly limitMs: number | null }
  | { readonly type: 'step'; readonly label: string }
  | { readonly type: 'note'; readonly text: string }
  | { readonly type: 'standings'; readonly html: string }
  /** Nothing follows. Without a run there is no folder. */
  | { readonly type: 'done'; readonly run?: string; readonly text: string; readonly hasResult: boolean };

export interface Session extends VisitorPage {
  /** Aborted when the visitor is gone or wants no more; its reason says why. */
  readonly signal: AbortSignal;
  send(message: Message): void;
  /** Ends the stream. */
  end(): void;
  /** Of the page of a frame. @param path behind `frames/` */
  answer(request: IncomingMessage, response: ServerResponse, path: readonly string[]): unknown;
  /** The page has taken a frame off. */
  frameGone(number: number): void;
  /** The visitor looks at the page, or at something else. */
  setVisible(isVisible: boolean): void;
}

/** How long a page may take to take a frame off; nothing waits longer for a page that is gone. */
const closeMs = 2_000;
/** What waits for a page in the background is believed for so long. */
const hiddenMs = 120_000;

export function openSession(response: ServerResponse, facts: VisitorFacts): Session {
  const frames = new Map<number, { readonly routes: PageRoutes; gone(): void }>();
  const gone = new AbortController();
  const attention = newAttention(() => lose('the tab of the visitor was in the background for two minutes'));
  let count = 0;
  let isOver = false;
  const lose = (reason: string) => {
    gone.abort(new TouchstoneError('worker', reason));
    attention.set(true);
  };
  const send = (message: Message) => {
    if (!response.writableEnded && !response.destroyed) response.write(`${JSON.stringify(message)}\n`);
  };
  response.writeHead(200, { 'Content-Type': 'application/x-ndjson' });
  response.flushHeaders();
  response.on('error', () => undefined);
  response.on('close', () => {
    if (!isOver) lose('the visitor closed the page or loaded it again, or the network failed');
    for (const frame of frames.values()) frame.gone();
  });
  return {
    facts,
    signal: gone.signal,
    send,
    lose,
    end() {
      isOver = true;
      attention.set(true);
      response.end();
    },
    open(routes): VisitorFrame {
      const number = count++;
      const isGone = new Promise<void>((resolve) => {
        frames.set(number, { routes, gone: resolve });
      });
      send({ type: 'open', frame: number, url: `frames/${number}/` });
      return {
        send: (line) => send({ type: 'request', frame: number, line }),
        async close() {
          if (!frames.has(number)) return;
          send({ type: 'close', frame: number });
          await Promise.race([isGone, after(response.destroyed ? 0 : closeMs)]);
          frames.delete(number);
        },
      };
    },
    inFront: attention.inFront,
    answer(request, own, [number = '', ...path]) {
      const frame = /^\d+$/.test(number) ? frames.get(Number(number)) : undefined;
      return frame ? frame.routes.answer(request, own, path) : sendNotFound(own);
    },
    frameGone: (number) => frames.get(number)?.gone(),
    setVisible: attention.set,
  };
}

/** Whether the visitor looks at the page. @param onLost called when nobody did for too long */
function newAttention(onLost: () => void) {
  let waiting: (() => void)[] = [];
  let hidden: NodeJS.Timeout | undefined;
  return {
    set(isVisible: boolean) {
      clearTimeout(hidden);
      hidden = isVisible ? undefined : setTimeout(onLost, hiddenMs).unref();
      if (!isVisible) return;
      for (const resume of waiting) resume();
      waiting = [];
    },
    inFront: () =>
      hidden === undefined ? Promise.resolve() : new Promise<void>((resolve) => void waiting.push(resolve)),
  };
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
