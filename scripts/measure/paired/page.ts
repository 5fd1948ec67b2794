/**
 * Measuring process of `measure:fidelity` for targets in pages: opens the page that measures (`page-serve.ts`). Its argument is the path
 * of a request, its last line of output an outcome (`messages.ts`).
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findTarget } from '../../../adapters/discover.js';
import { buildFolder } from '../../../common/paths.js';
import { browserCommand, findBrowser } from '../../../runners/hosts/browser/browsers.js';
import { bundlePage } from '../../../runners/hosts/browser/bundle.js';
import { environmentIn, makeProfile, removeProfile } from '../../../runners/hosts/browser/profiles.js';
import type { PageEvent } from '../../../runners/hosts/browser/routes.js';
import { bootOf, noReadings, servedOf } from '../../../runners/hosts/browser/served.js';
import { servePage } from '../../../runners/hosts/browser/server.js';
import { browserTarget } from '../../../runners/hosts/browser/target.js';
import { request as requestSchema } from './messages.js';

const [, , path = ''] = process.argv;
const request = requestSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
const target = browserTarget((await findTarget(request.target)).target);
const found = findBrowser(target.browser);
if (!found.found) throw new Error(`${found.reason}: ${found.fix}`);
const profile = await makeProfile();
const program = join(profile, 'page.js');
await bundlePage(target, program, join(buildFolder, 'scripts/measure/paired/page-serve.js'));

const server = await servePage({
  ...servedOf(target, program),
  ...noReadings,
  boot: () => bootOf(target, found.program),
  onReply(line) {
    process.stdout.write(`\n${line}\n`);
    void end(0);
  },
  onPage,
});
server.allow({ readable: [request.folder, request.plan], writable: [] });
server.request(JSON.stringify(request));

const [file = '', ...parameters] = browserCommand(target.browser, found.program, {
  url: server.url,
  profile,
  device: target.device,
});
const browser = spawn(file, parameters, {
  stdio: ['ignore', 'ignore', 'ignore'],
  env: environmentIn(profile),
});
browser.on('error', (error) => onPage({ event: 'failed', reason: error.message }));
browser.on('exit', () => onPage({ event: 'closed' }));

function onPage(event: PageEvent): void {
  if (event.event === 'opened') return;
  console.error(event.event === 'failed' ? event.reason : 'Error: the page went away');
  void end(1);
}

let isEnding = false;

/** What the browser leaves is removed once it is gone. */
async function end(status: number): Promise<void> {
  if (isEnding) return;
  isEnding = true;
  const gone = browser.exitCode === null && new Promise((resolve) => browser.once('exit', resolve));
  browser.kill('SIGKILL');
  await gone;
  await removeProfile(process.pid);
  process.exit(status);
}
