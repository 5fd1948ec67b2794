/**
 * The shell of a browser worker: a process that starts a browser on a page of its own and hands the lines of the protocol from file
 * descriptor 3 to the page, and its replies to file descriptor 4. The browser is in the process group of this process, so whoever
 * stops, binds or ends the group does so with all of it. No debugging protocol is attached to the page: it runs as a user's does.
 */
import { spawn } from 'node:child_process';
import { Socket } from 'node:net';
import { findTarget } from '../../../adapters/discover.js';
import { messageOf } from '../../../common/errors.js';
import { groupMembers } from '../../process/group.js';
import { wrapped } from '../../process/wrapped.js';
import { maxLineBytes, readLines } from '../../protocol/lines.js';
import type { RequestBody } from '../../protocol/messages.js';
import { ensureInstallation } from '../../provision/installation.js';
import { browserCommand, findBrowser } from './browsers.js';
import { pageInstallation } from './bundle.js';
import { environmentIn, makeProfile } from './profiles.js';
import { accessOf, bodyOf } from './requests.js';
import type { PageEvent } from './routes.js';
import { bootOf, servedOf } from './served.js';
import { servePage } from './server.js';
import { browserTarget } from './target.js';
import { memoryWatch, pageProcess, readProcesses } from './tree.js';

// Ctrl-C reaches the whole terminal; when a worker ends is the coordinator's decision.
process.on('SIGINT', () => undefined);

const [name = ''] = process.argv.slice(2);
const requests = new Socket({ fd: 3, readable: true, writable: false });
const replies = new Socket({ fd: 4, readable: false, writable: true });
/** How long a page may take until it speaks with its shell. */
const openMs = 60_000;

/** The request that the page answers, or answered last: there is one at a time. */
let asked: RequestBody['type'] | undefined;
/** The coordinator has said goodbye: what ends from now on ends as it should. */
let isLeaving = false;

await open().catch((error: unknown) => leave(messageOf(error)));

async function open(): Promise<void> {
  const target = browserTarget((await findTarget(name)).target);
  const found = findBrowser(target.browser);
  if (!found.found) return leave(`${found.reason}: ${found.fix}`);
  // Another checkout's page may never have been made.
  const bundle = await ensureInstallation(pageInstallation(target), {});
  const memory = memoryWatch(process.pid);
  const profile = await makeProfile();
  const server = await servePage({
    ...servedOf(target, bundle.file),
    boot: () => bootOf(target, found.program),
    reading: () => readProcesses(process.pid),
    memory: () => memory.look(),
    onReply(line) {
      // A look takes milliseconds of the processor that turns are timed on; `memory` has looked itself.
      if (asked !== 'turn' && asked !== 'memory') memory.look();
      replies.write(`${line}\n`, () => {
        if (isLeaving) end(0);
      });
    },
    onPage,
  });
  replies.on('error', () => end(0));
  readLines(requests, maxLineBytes, {
    line(line) {
      const body = bodyOf(line);
      if (!body) return leave('a line that is no request of this protocol');
      asked = body.type;
      if (body.type === 'bye') isLeaving = true;
      if (body.type === 'load') watchPage();
      const access = accessOf(body);
      if (access) server.allow(access);
      server.request(line);
    },
    tooLong: () => leave(`a request of more than ${maxLineBytes} bytes`),
    end: () => end(0),
  });
  start(
    browserCommand(target.browser, found.program, { url: server.url, profile, device: target.device }),
    profile,
  );
}

function start(command: readonly string[], folder: string): void {
  const [file = '', ...parameters] = wrapped(command, []);
  const browser = spawn(file, parameters, {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: environmentIn(folder),
  });
  browser.on('error', (error) => leave(`the browser cannot be started: ${messageOf(error)}`));
  browser.on('exit', (status, signal) => leave(`the browser ended with ${signal ?? `status ${status}`}`));
}

let watching: NodeJS.Timeout | undefined;

/** Firefox keeps the connections of a page whose process has died. By now the page's is the one that has imported a framework. */
function watchPage(): void {
  if (watching) return;
  const page = pageProcess(process.pid);
  if (page === undefined) return;
  watching = setInterval(() => {
    if (!groupMembers(process.pid).includes(page)) onPage({ event: 'closed' });
  }, 1_000);
}

let hasOpened = false;
const opening = setTimeout(() => leave(`the page did not open within ${openMs / 1000} s`), openMs);

function onPage(event: PageEvent): void {
  switch (event.event) {
    case 'opened':
      // Somebody has reloaded it, or it has done so itself: whatever it had loaded is lost.
      if (hasOpened) leave('the page was loaded a second time');
      hasOpened = true;
      clearTimeout(opening);
      return;
    case 'failed':
      leave(`the page failed: ${event.reason}`);
      return;
    case 'closed':
      leave('the page went away: it crashed, ran out of memory, or left for another address');
  }
}

function leave(why: string): void {
  if (!isLeaving) console.error(`BrowserError: ${why}`);
  end(isLeaving ? 0 : 1);
}

/** The browser ends with this process, and its parent removes the profile. */
function end(status: number): void {
  process.exit(status);
}
