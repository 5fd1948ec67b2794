/** Measures in the browser of a visitor, and makes the report of what there is. */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { explain } from '../../common/errors.js';
import type { Observer, RunSoFar } from '../../common/run/observer.js';
import type { RunResults } from '../../common/run/results.js';
import { counted } from '../../common/text.js';
import { precisionRuleFor } from '../../reports/analyse/precision.js';
import { writeResults } from '../../reports/analyse/write-results.js';
import { writeReport } from '../../reports/html/index.js';
import { standingsMarkup } from '../../reports/html/serve/standings.js';
import { affordable } from '../../reports/terminal/progress.js';
import { standingsNow } from '../../reports/terminal/standings.js';
import { type MeasurableRun, measure } from '../../runners/coordinator/measure.js';
import type { RunOptions } from '../../runners/coordinator/options.js';
import { visitorRun } from '../../runners/coordinator/visitor-run.js';
import type { Session } from './session.js';

/** Never rejects: the visitor is told what went wrong. @returns the run folder, where there is one */
export async function measureFor(session: Session, options: RunOptions): Promise<string | undefined> {
  const note = (text: string) => session.send({ type: 'note', text });
  try {
    const run = await visitorRun(options, session, note);
    const problem = await measureRun(run, session);
    if (!hasBegun(run)) throw problem;
    const results = await writeResults(run.folder);
    await writeReport(run.folder, results);
    const text = outcomeText(results, problem);
    session.send({ type: 'done', run: basename(run.folder), text, hasResult: resultsIn(results) > 0 });
    return run.folder;
  } catch (error) {
    session.send({ type: 'done', text: explain(error), hasResult: false });
    return undefined;
  } finally {
    session.end();
  }
}

/** @returns what ended it before its plan was done */
async function measureRun(run: MeasurableRun, session: Session): Promise<unknown> {
  try {
    await measure(run, { signal: session.signal, observer: observerOf(session), ruleFor: precisionRuleFor });
    return session.signal.aborted ? session.signal.reason : undefined;
  } catch (error) {
    // It was still waiting for its turn.
    if (!hasBegun(run)) await rm(run.folder, { recursive: true, force: true });
    return error;
  }
}

function hasBegun({ folder }: MeasurableRun): boolean {
  return existsSync(join(folder, 'events.ndjson'));
}

function observerOf({ send }: Session): Observer {
  const standings = affordable((run: RunSoFar) => {
    const found = standingsNow(run);
    return standingsMarkup(found, found.left);
  });
  return {
    stage: (name, steps, limitMs) => send({ type: 'stage', name, steps, limitMs: limitMs ?? null }),
    step: (label) => send({ type: 'step', label }),
    note: (text) => send({ type: 'note', text }),
    round(run) {
      const html = standings(run);
      if (html !== undefined) send({ type: 'standings', html });
    },
  };
}

function outcomeText(results: RunResults, problem: unknown): string {
  const text = `${resultsIn(results)} of ${counted(results.cells.length, 'cell')} have a result.`;
  return problem === undefined ? text : `${text} The run ended early: ${explain(problem)}.`;
}

function resultsIn({ cells }: RunResults): number {
  return cells.filter(({ state }) => state === 'ok').length;
}
