/** Forms of answers, and of what is asked. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { z } from 'zod';
import { explain, TouchstoneError } from '../../common/errors.js';
import { bodyText, TooLargeError } from '../../runners/hosts/browser/body.js';
import { refuse, send } from '../../runners/hosts/browser/page-files.js';
import { parseJson } from './json.js';

/** @param rest of the path, behind the name of the route */
export type Answer = (request: IncomingMessage, response: ServerResponse, rest: readonly string[]) => unknown;
/** By method and name: `GET serve.css`. */
export type Routes = Readonly<Record<string, Answer>>;

/** A content security policy that forbids what it does not name; pictures are inside the page. */
export function policyOf(...allowed: readonly string[]): string {
  const closed = [
    "default-src 'none'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ];
  return [...closed, ...allowed].join('; ');
}

const maxBodyBytes = 64 * 1024;

/** What a request says. @throws TouchstoneError('usage') for what has another form */
export async function parsed<T>(request: IncomingMessage, schema: z.ZodType<T>): Promise<T> {
  const { data, error } = schema.safeParse(parseJson(await bodyText(request, maxBodyBytes)));
  if (data !== undefined) return data;
  const [issue] = error?.issues ?? [];
  const what = issue ? `${issue.path.join('.') || 'it'}: ${issue.message}` : 'it has another form';
  throw new TouchstoneError('usage', what);
}

export function sendHtml(response: ServerResponse, text: string): void {
  send(response, text, 'text/html; charset=utf-8');
}

export function sendJson(response: ServerResponse, value: unknown): void {
  send(response, JSON.stringify(value), 'application/json');
}

export function sendNothing(response: ServerResponse): void {
  response.writeHead(204);
  response.end();
}

export function redirect(response: ServerResponse, address: string): void {
  response.writeHead(302, { Location: address });
  response.end();
}

export function sendNotFound(response: ServerResponse): void {
  refuse(response, 404, 'nothing is here');
}

/** In one line. */
export function refuseWith(request: IncomingMessage, response: ServerResponse, error: unknown): void {
  // What is still on its way is let pass, so that the answer is read.
  request.resume();
  const status = error instanceof TooLargeError ? 413 : error instanceof TouchstoneError ? 400 : 500;
  refuse(response, status, explain(error));
}
