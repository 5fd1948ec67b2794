/** The HTTP server: names, token and headers; what it answers is in `routes.ts`. */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Server as NetServer } from 'node:net';
import { messageOf, TouchstoneError } from '../../common/errors.js';
import { refuse } from '../../runners/hosts/browser/page-files.js';
import { headers } from '../../runners/hosts/browser/routes.js';
import { type Certificate, isMeant, ownNames, printedName } from './address.js';
import { type Answer, redirect, sendNotFound } from './answers.js';

export interface ServerOptions {
  readonly address: string;
  /** 0 for a free one. */
  readonly port: number;
  readonly certificate: Certificate | undefined;
  /** Of what is below the token. */
  readonly answer: Answer;
}

export interface Server {
  /** Of the start page, token included. */
  readonly url: string;
  close(): Promise<void>;
}

/** @throws TouchstoneError('usage') where the address or the port cannot be had */
export async function startServer({
  address,
  port,
  certificate,
  answer: answerBelow,
}: ServerOptions): Promise<Server> {
  const token = randomUUID();
  const names = ownNames(address, certificate);
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const [path = ''] = (request.url ?? '').split('?');
    const [, given, ...rest] = path.split('/');
    if (given !== token || !isMeant(names, request.headers)) return sendNotFound(response);
    if (rest.length === 0) return redirect(response, `/${token}/`);
    return answerBelow(request, response, rest.map(decodeURIComponent));
  };
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    // The token is part of every address here.
    response.setHeader('Referrer-Policy', 'no-referrer');
    answer(request, response).catch((error: unknown) => refuse(response, 500, messageOf(error)));
  };
  const server = certificate
    ? createSecureServer({ cert: certificate.cert, key: certificate.key }, listener)
    : createServer(listener);
  // A visitor is measured for as long as it takes.
  server.requestTimeout = 0;
  await listening(server, port, address);
  const own = server.address() as AddressInfo;
  const scheme = certificate ? 'https' : 'http';
  return {
    url: `${scheme}://${printedName(address, certificate)}:${own.port}/${token}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** @throws TouchstoneError('usage') where the address or the port cannot be had */
async function listening(server: NetServer, port: number, address: string): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, address, resolve);
    });
  } catch (cause) {
    throw new TouchstoneError('usage', `${address} port ${port} cannot be served: ${messageOf(cause)}`, {
      hint: 'give another --port, or none',
      cause,
    });
  }
}
