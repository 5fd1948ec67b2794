/** `serve`: a page to measure in, in the user's own browser, and the runs of this machine, until Ctrl-C. */
import { basename } from 'node:path';
import { renderUnicodeCompact } from 'uqr';
import { findRun } from '../../common/run/locate.js';
import { listenForInterrupt } from '../../runners/coordinator/interrupt.js';
import { say } from '../say.js';
import { lanAddress, loopback, readCertificate } from './address.js';
import { droppedModels } from './models.js';
import { serveRoutes } from './routes.js';
import { startServer } from './server.js';
import { welcomeVisitors } from './visitors.js';

export interface ServeOptions {
  readonly port?: number;
  /** An address of this machine, or true for its first. */
  readonly lan?: string | true;
  readonly cert?: string;
  readonly key?: string;
}

/** @param run whose standings or report the printed address leads to */
export async function serveCommand(run: string | undefined, options: ServeOptions): Promise<number> {
  const named = run === undefined ? undefined : findRun(run);
  const certificate = readCertificate(options.cert, options.key);
  const address = options.lan === undefined ? loopback : lanAddress(options.lan);
  const models = await droppedModels();
  try {
    const visitors = welcomeVisitors(models, say);
    const answer = serveRoutes(visitors, named);
    const server = await startServer({ address, port: options.port ?? 0, certificate, answer });
    const url = named === undefined ? server.url : `${server.url}run/${encodeURIComponent(basename(named))}/`;
    process.stdout.write(`${url}\n`);
    if (options.lan !== undefined) sayLan(url, certificate !== undefined);
    say('serving until Ctrl-C');
    await untilInterrupt();
    await visitors.stop('the host ended its server');
    await server.close();
    return 0;
  } finally {
    await models.remove();
  }
}

function sayLan(url: string, isSecure: boolean): void {
  process.stderr.write(`${renderUnicodeCompact(url)}\n`);
  say('anybody with this link in the network can use it, and with it this machine, until Ctrl-C');
  if (isSecure) return;
  say(
    'over plain http other devices have no WebGPU, no WebNN and a coarse clock; give --cert and --key for https, or forward the port with `ssh -L`',
  );
}

/** A second Ctrl-C ends at once. */
async function untilInterrupt(): Promise<void> {
  const interrupt = listenForInterrupt(() => undefined);
  await new Promise<void>((resolve) => interrupt.signal.addEventListener('abort', () => resolve()));
}
