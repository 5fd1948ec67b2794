/** What a page needs for a request of the protocol. */
import { type RequestBody, request as requestSchema } from '../../protocol/messages.js';
import type { Access } from './page-files.js';

/** Undefined for a line that is no request. */
export function bodyOf(line: string): RequestBody | undefined {
  try {
    return requestSchema.parse(JSON.parse(line)).body;
  } catch {
    return undefined;
  }
}

/** Files that the page may reach from now on; undefined where it needs what it had. */
export function accessOf(body: RequestBody): Access | undefined {
  switch (body.type) {
    case 'load':
      return { readable: [body.folder, ...(body.plan === undefined ? [] : [body.plan])], writable: [] };
    case 'verify':
    case 'audit':
      return { readable: [], writable: [body.file] };
    default:
      return undefined;
  }
}
