/** The worker's shell, as the page reaches it: by relative addresses on the loopback. */

export interface Shell {
  url(path: string): string;
  json(path: string): Promise<unknown>;
  bytes(path: string): Promise<Uint8Array>;
  exists(path: string): Promise<boolean>;
  put(path: string, body: Blob | string): Promise<void>;
  text(path: string): Promise<string>;
}

/** @param base address of the folder that all addresses are relative to */
export function shellAt(base: URL): Shell {
  const ask = async (path: string, init?: RequestInit) => {
    const response = await fetch(new URL(path, base), init);
    if (response.ok) return response;
    throw new Error(`${path}: ${(await response.text()) || `status ${response.status}`}`);
  };
  return {
    url: (path) => new URL(path, base).href,
    json: async (path) => (await ask(path)).json(),
    bytes: async (path) => new Uint8Array(await (await ask(path)).arrayBuffer()),
    exists: async (path) => (await fetch(new URL(path, base), { method: 'HEAD' })).ok,
    put: async (path, body) => void (await ask(path, { method: 'PUT', body })),
    text: async (path) => (await ask(path)).text(),
  };
}
