/** Requests that a page in a frame is given by the page around it, one whenever it asks. */
import { z } from 'zod';

/** From the page around it. */
const given = z.object({ type: z.literal('request'), line: z.string() });
/** What a frame says when it is ready for a request. */
const ready = { type: 'ready' };

interface Message {
  readonly data: unknown;
  /** Null in a dedicated worker, which only its own page speaks with. */
  readonly source: unknown;
}

interface Window {
  postMessage(message: unknown, origin: string): void;
}

/** The part of the global object of a page, or of a dedicated worker, that is used here. */
interface Scope {
  /** A page without one around it is its own. */
  readonly parent?: Window;
  /** Of a dedicated worker, as its page names it. */
  readonly name: string;
  readonly location: { readonly origin: string };
  postMessage(message: unknown): void;
  addEventListener(type: 'message', listener: (message: Message) => void): void;
}

/** What the page of a frame calls its dedicated worker. */
const framedWorker = 'framed';

/**
 * A browser keeps few connections to a server: frames that each wait there for a request would take all of them.
 *
 * @returns a function that resolves with the next request, a line of the protocol; undefined for what is in no frame
 */
export function requestsOfParent(): (() => Promise<string>) | undefined {
  const scope = globalThis as unknown as Scope;
  const { parent, name, location } = scope;
  const isFramed = parent ? parent !== (scope as unknown) : name === framedWorker;
  if (!isFramed) return undefined;
  let take: ((line: string) => void) | undefined;
  scope.addEventListener('message', ({ data, source }) => {
    const message = parent && source !== parent ? undefined : given.safeParse(data).data;
    if (message) take?.(message.line);
  });
  return () =>
    new Promise((resolve) => {
      take = resolve;
      if (parent) parent.postMessage(ready, location.origin);
      else scope.postMessage(ready);
    });
}
