/** An index of small Python packages on this machine: what pip does with them needs no network. */
import { createServer, type Server } from 'node:http';
import type { Wheel } from '../../../scripts/measure/faults/wheels.js';

export { folderOfWheels, makeWheel, type Wheel } from '../../../scripts/measure/faults/wheels.js';

/** An index that says when each file was uploaded (PEP 700). Listens on this machine alone, at a port of the system's choice. */
export function indexOfWheels(uploads: readonly { wheel: Wheel; at: string }[]): Promise<Server> {
  const server = createServer(({ url = '' }, response) => {
    const last = url.split('/').filter(Boolean).at(-1) ?? '';
    const file = uploads.find(({ wheel }) => wheel.file === last);
    if (file) return response.end(file.wheel.content);
    const files = uploads
      .filter(({ wheel }) => wheel.name === last)
      .map(({ wheel, at }) => ({
        filename: wheel.file,
        url: `/files/${wheel.file}`,
        hashes: { sha256: wheel.hash.replace('sha256:', '') },
        size: wheel.content.length,
        'upload-time': at,
      }));
    response.setHeader('content-type', 'application/vnd.pypi.simple.v1+json');
    response.statusCode = files.length > 0 ? 200 : 404;
    return response.end(JSON.stringify({ meta: { 'api-version': '1.1' }, name: last, versions: [], files }));
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}
