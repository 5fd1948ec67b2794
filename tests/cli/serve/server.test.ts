/** The server and a visitor's session over HTTP, without a browser. */
import { type IncomingHttpHeaders, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Answer, parsed, refuseWith, sendNothing } from '../../../cli/serve/answers.js';
import { type Server, startServer } from '../../../cli/serve/server.js';
import { openSession, type Session } from '../../../cli/serve/session.js';
import type { PageRoutes } from '../../../runners/hosts/browser/routes.js';
import { linuxChrome } from '../../runners/visitor/facts.js';

let server: Server | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function serve(answer: Answer): Promise<URL> {
  server = await startServer({ address: '127.0.0.1', port: 0, certificate: undefined, answer });
  return new URL(server.url);
}

interface Reply {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

function ask(url: URL | string, headers: Record<string, string> = {}, body?: string): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { headers, method: body === undefined ? 'GET' : 'POST' }, async (response) =>
      resolve({ status: response.statusCode, headers: response.headers, body: await text(response) }),
    );
    asked.on('error', reject);
    asked.end(body);
  });
}

describe('the server', () => {
  const hello: Answer = (_, response, rest) => response.end(`hello ${rest.join('|')}`);

  it('answers whoever has its token, by its own name', async () => {
    const url = await serve(hello);
    const { status, headers, body } = await ask(new URL('run/a%20b/', url));
    expect([status, body]).toEqual([200, 'hello run|a b|']);
    expect(headers).toMatchObject({
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    });
    expect((await ask(url.href.replace(/\/$/, ''))).headers.location).toBe(url.pathname);
  });

  it('has nothing for anybody else', async () => {
    const url = await serve(hello);
    expect((await ask(new URL('/', url))).status).toBe(404);
    expect((await ask(new URL('/00000000-0000-0000-0000-000000000000/', url))).status).toBe(404);
    expect((await ask(url, { host: 'evil.example' })).status).toBe(404);
    expect((await ask(url, { origin: 'http://evil.example' })).status).toBe(404);
    expect((await ask(url, { origin: url.origin })).status).toBe(200);
  });

  it('says in one line what is wrong with a port', async () => {
    const url = await serve(hello);
    const again = startServer({
      address: '127.0.0.1',
      port: Number(url.port),
      certificate: undefined,
      answer: hello,
    });
    await expect(again).rejects.toThrow(/^127\.0\.0\.1 port \d+ cannot be served: .*EADDRINUSE/);
  });

  it('reads no more of a request than it may be, and nothing of another form', async () => {
    const schema = z.strictObject({ count: z.number() });
    const url = await serve(async (asked, response) => {
      try {
        await parsed(asked, schema);
        sendNothing(response);
      } catch (error) {
        refuseWith(asked, response, error);
      }
    });
    expect((await ask(url, {}, '{"count":1}')).status).toBe(204);
    expect(await ask(url, {}, '{"count":"1"}')).toMatchObject({
      status: 400,
      body: expect.stringMatching(/^count: /),
    });
    expect((await ask(url, {}, 'not JSON')).status).toBe(400);
    expect((await ask(url, {}, JSON.stringify('x'.repeat(70_000)))).status).toBe(413);
  });
});

describe('a session', () => {
  /** Begins one, and gives what the visitor's page hears. */
  async function begin() {
    let session: Session | undefined;
    const url = await serve((asked, response, rest) => {
      if (rest[0] === 'frames') return session?.answer(asked, response, rest.slice(1));
      session = openSession(response, linuxChrome);
      return undefined;
    });
    const closing = new AbortController();
    const response = await fetch(url, { signal: closing.signal });
    const lines = linesOf(response);
    if (!session) throw new Error('no session');
    return { session, url, next: lines, leave: () => closing.abort() };
  }

  const routes: PageRoutes = {
    answer: (_, response, path) => response.end(`page ${path.join('/')}`),
    request: () => undefined,
    allow: () => undefined,
  };

  it('shows a frame, hands it requests, and has it taken off', async () => {
    const { session, url, next } = await begin();
    const frame = session.open(routes);
    expect(await next()).toEqual({ type: 'open', frame: 0, url: 'frames/0/' });
    expect((await ask(new URL('frames/0/page.js', url))).body).toBe('page page.js');
    expect((await ask(new URL('frames/1/page.js', url))).status).toBe(404);
    frame.send('{"id":1}');
    expect(await next()).toEqual({ type: 'request', frame: 0, line: '{"id":1}' });
    const closed = frame.close();
    expect(await next()).toEqual({ type: 'close', frame: 0 });
    session.frameGone(0);
    await closed;
    expect((await ask(new URL('frames/0/page.js', url))).status).toBe(404);
  });

  it('waits while nobody looks', async () => {
    const { session } = await begin();
    await session.inFront();
    session.setVisible(false);
    let isThere = false;
    const there = session.inFront().then(() => {
      isThere = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(isThere).toBe(false);
    session.setVisible(true);
    await there;
  });

  it('is lost when its page is closed, and says so', async () => {
    const { session, leave } = await begin();
    const lost = new Promise((resolve) => session.signal.addEventListener('abort', resolve));
    const frame = session.open(routes);
    leave();
    await lost;
    expect(String(session.signal.reason)).toContain('the visitor closed the page');
    await frame.close();
  });

  it('that has ended is not lost', async () => {
    const { session, next } = await begin();
    session.send({ type: 'done', text: 'all of it', hasResult: true });
    session.end();
    expect(await next()).toMatchObject({ type: 'done' });
    expect(await next()).toBeUndefined();
    expect(session.signal.aborted).toBe(false);
  });
});

function linesOf(response: Response): () => Promise<unknown> {
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  return async () => {
    while (!rest.includes('\n')) {
      const { done, value } = await reader.read();
      if (done) return undefined;
      rest += value;
    }
    const end = rest.indexOf('\n');
    const line = rest.slice(0, end);
    rest = rest.slice(end + 1);
    return JSON.parse(line) as unknown;
  };
}
