/** Pages of one run: its report, its standings while it goes on, and a visitor's times beside the host's. */
import type { ServerResponse } from 'node:http';
import { basename, join } from 'node:path';
import { runsFolder } from '../../common/paths.js';
import { findRun } from '../../common/run/locate.js';
import { besideModels } from '../../reports/html/serve/beside.js';
import * as pages from '../../reports/html/serve/pages.js';
import { send } from '../../runners/hosts/browser/page-files.js';
import { readMachine } from '../../runners/machine/machine.js';
import { type Answer, policyOf, redirect, sendHtml, sendJson, sendNotFound } from './answers.js';
import { liveRuns, reportOf, resultsOf, resultsWith } from './runs.js';

/** A report holds its scripts in itself, and speaks with nobody. */
const reportPolicy = policyOf("script-src 'unsafe-inline'", "style-src 'unsafe-inline'");

type RunPage = (response: ServerResponse, folder: string) => unknown;

/** @param named a folder that the user named, which need not be among the runs of this machine */
export function runPages(named: string | undefined): Answer {
  const live = liveRuns();
  const routes: Readonly<Record<string, RunPage>> = {
    async ''(response, folder) {
      const { where, html, hasReport } = await live(folder);
      if (hasReport) redirect(response, 'report.html');
      else sendHtml(response, await pages.livePage(basename(folder), where, html));
    },
    async standings(response, folder) {
      const { html, hasReport } = await live(folder);
      sendJson(response, { html, hasReport });
    },
    async 'report.html'(response, folder) {
      const report = await reportOf(folder);
      response.setHeader('Content-Security-Policy', reportPolicy);
      send(response, report, 'text/html; charset=utf-8');
    },
    'results.json': async (response, folder) => sendJson(response, await resultsOf(folder)),
    beside: async (response, folder) => sendHtml(response, await beside(folder)),
  };
  return (_, response, [id = '', name, ...more]) => {
    // Links of its pages are relative to a folder.
    if (name === undefined) return redirect(response, `${encodeURIComponent(id)}/`);
    const folder = folderOf(id, named);
    const route = more.length === 0 && Object.hasOwn(routes, name) ? routes[name] : undefined;
    return folder !== undefined && route ? route(response, folder) : sendNotFound(response);
  };
}

async function beside(folder: string): Promise<string> {
  const results = await resultsOf(folder);
  const digests = new Set(results.cells.flatMap(({ content }) => content?.digest ?? []));
  return pages.besidePage({
    id: results.id,
    browser: pages.whereText(results.machine),
    host: pages.whereText(readMachine()),
    models: besideModels(results, resultsWith(digests)),
  });
}

/** Undefined for any folder that is neither a run of this machine nor the one that was named. */
function folderOf(id: string, named: string | undefined): string | undefined {
  if (named !== undefined && id === basename(named)) return named;
  if (!/^\w[\w.-]*$/.test(id)) return undefined;
  try {
    return findRun(join(runsFolder, id));
  } catch {
    return undefined;
  }
}
