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
  readonly parent?: Window;
  readonly location: { readonly origin: string };
  postMessage(message: unknown): void;
  addEventListener(type: 'message', listener: (message: Message) => void): void;
}

/** @returns a function that resolves with the next request, a line of the protocol */
export function requestsOfParent(): () => Promise<string> {
  const scope = globalThis as unknown as Scope;
  const { parent, location } = scope;
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
