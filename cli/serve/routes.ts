/** What the server answers below its token. */
import * as pages from '../../reports/html/serve/pages.js';
import { send } from '../../runners/hosts/browser/page-files.js';
import { readMachine } from '../../runners/machine/machine.js';
import { type Answer, policyOf, type Routes, refuseWith, sendHtml, sendNotFound } from './answers.js';
import { maxModelBytes } from './models.js';
import { workloadsToOffer } from './offer.js';
import { runPages } from './run-pages.js';
import { listRuns } from './runs.js';
import type { Visitors } from './visitors.js';

/** Of pages that are drawn here; frames and reports have their own. */
const policy = policyOf("script-src 'self'", "style-src 'self'", "connect-src 'self'", "frame-src 'self'");
const maxRuns = 20;

/** @param named a run folder that the user named */
export function serveRoutes(visitors: Visitors, named: string | undefined): Answer {
  const run = runPages(named);
  const routes: Routes = { ...ownPages, ...visitors.routes };
  const routeOf = (method: string | undefined, first: string, count: number) => {
    if (first === 'frames') return visitors.frames;
    if (first === 'run') return method === 'GET' ? run : undefined;
    const key = `${method} ${first}`;
    return count < 2 && Object.hasOwn(routes, key) ? routes[key] : undefined;
  };
  return async (request, response, [first = '', ...rest]) => {
    response.setHeader('Content-Security-Policy', policy);
    const route = routeOf(request.method, first, rest.length);
    if (!route) return sendNotFound(response);
    try {
      await route(request, response, rest);
    } catch (error) {
      refuseWith(request, response, error);
    }
  };
}

const ownPages: Routes = {
  'GET ': async (_, response) => sendHtml(response, await startPage()),
  'GET serve.css': async (_, response) => send(response, await pages.pagesStyle(), 'text/css; charset=utf-8'),
  'GET serve.js': sendScript('serve'),
  'GET live.js': sendScript('live'),
  'GET theme.js': sendScript('theme'),
};

function sendScript(name: pages.Script): Answer {
  return async (_, response) =>
    send(response, await pages.pagesScript(name), 'text/javascript; charset=utf-8');
}

async function startPage(): Promise<string> {
  return pages.startPage({
    machine: pages.whereText(readMachine()),
    ...(await workloadsToOffer()),
    maxModelMegabytes: maxModelBytes / 2 ** 20,
    runs: listRuns(maxRuns),
  });
}
