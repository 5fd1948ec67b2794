/** The loopback server of one page. Nothing answers without the random token that its address begins with. */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { messageOf } from '../../../common/errors.js';
import { refuse } from './page-files.js';
import { headers, type PageOptions, type PageRoutes, pageRoutes } from './routes.js';

export interface PageServer extends Pick<PageRoutes, 'request' | 'allow'> {
  readonly url: string;
}

export async function servePage(options: PageOptions): Promise<PageServer> {
  const token = randomUUID();
  const routes = pageRoutes(options);
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const [, given, ...path] = (request.url ?? '').split('/');
    if (given !== token) return refuse(response, 404, 'nothing is here');
    return routes.answer(request, response, path.map(decodeURIComponent));
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
  return { ...routes, url: `http://127.0.0.1:${port}/${token}/` };
}
