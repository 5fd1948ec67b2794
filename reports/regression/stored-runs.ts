/** `gate --baseline … --candidate …`: runs that were made earlier, read from where they are kept. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { execa } from 'execa';
import { at } from '../../common/at.js';
import { messageOf, TouchstoneError } from '../../common/errors.js';
import { invocation, quoted } from '../../common/invocation.js';
import { runsFolder } from '../../common/paths.js';
import { migrateResults } from '../../common/run/migrate.js';
import { type RunResults, runResults } from '../../common/run/results.js';
import { readRetraction, refuseRetracted, retractionText } from '../../common/run/retraction.js';
import { machineDifferences } from '../analyse/compare-runs.js';
import { differenceTexts } from '../analyse/match-cells.js';
import { readResults } from '../analyse/read-results.js';
import { resultsFile } from '../analyse/write-results.js';
import type { GateReport } from './report.js';
import type { GateSettings } from './settings.js';
import { storedReport } from './stored.js';
import { matchesOf } from './stored-matches.js';

export interface StoredRuns {
  /** Each a run folder, a results.json, a folder of either, or a file of another branch as `branch:path`. */
  readonly baseline: string;
  readonly candidate: string;
  /** Compare runs of different machines or settings nevertheless, and say so. */
  readonly force?: true | undefined;
}

/** @throws TouchstoneError('usage') where a side cannot be read, or they were not measured under the same conditions */
export async function storedGate(
  { baseline, candidate, force }: StoredRuns,
  settings: GateSettings,
  today: string,
): Promise<GateReport> {
  const [{ runs: baselines, leftOut }, { runs: candidates }] = await Promise.all([
    readSide(baseline),
    readSide(candidate),
  ]);
  const [own] = candidates;
  if (!own || candidates.length > 1) {
    throw new TouchstoneError('usage', `--candidate ${candidate} holds ${candidates.length} runs`, {
      hint: 'name one run; only the baseline may be several',
    });
  }
  const alike = baselines.filter((run) => machineDifferences(run, own).length === 0);
  if (alike.length === 0 && !force) {
    const differences = machineDifferences(at(baselines, -1, 'the baseline runs'), own).join('; ');
    throw new TouchstoneError(
      'usage',
      `the two sides were not measured under the same conditions: ${differences}`,
      {
        hint: 'measure both on one machine with `gate --against`, or compare them nevertheless with --force',
      },
    );
  }
  const sessions = alike.length > 0 ? alike : baselines;
  if (!force) refuseOtherWork(sessions, own);
  return storedReport(
    {
      baselines: sessions,
      candidate: own,
      baselineName: baseline,
      candidateName: candidate,
      leftOut,
      command: invocation(
        `gate --baseline ${quoted(baseline)} --candidate ${quoted(candidate)}${force ? ' --force' : ''}`,
      ),
      ...(force ? { force } : {}),
    },
    settings,
    today,
  );
}

/** @throws TouchstoneError('usage') where no cell of the two sides computes the same, although names are alike */
function refuseOtherWork(baselines: readonly RunResults[], candidate: RunResults): void {
  const pairs = matchesOf(baselines, candidate).flatMap((match) => match.pairs);
  if (pairs.length === 0 || pairs.some(({ kinship }) => kinship.kind !== 'different')) return;
  const differences = differenceTexts(pairs).join('; ');
  throw new TouchstoneError('usage', `the two sides are not of the same computation: ${differences}`, {
    hint: 'measure the same model at the same shapes on both sides, or compare them nevertheless with --force',
  });
}

interface Side {
  readonly runs: readonly RunResults[];
  /** Which runs of a folder are not used, and why. */
  readonly leftOut: readonly string[];
}

/**
 * A run folder, a results.json, a folder of either, or a file of another branch as `branch:path`; oldest first. A retracted run is
 * refused where it is named, and left out of a folder.
 */
async function readSide(name: string): Promise<Side> {
  const path = [resolve(name), join(runsFolder, name)].find((candidate) => existsSync(candidate));
  if (path === undefined) return { runs: [await fromGit(name)], leftOut: [] };
  if (!statSync(path).isDirectory()) {
    await refuseRetracted(dirname(path));
    return { runs: [parse(await readFile(path, 'utf8'), path)], leftOut: [] };
  }
  if (isRun(path)) return { runs: [await readOne(path)], leftOut: [] };
  const inside = readdirSync(path)
    .map((entry) => join(path, entry))
    .filter((entry) => isRun(entry) || /results.*\.json$/.test(entry));
  const { used, leftOut } = await withoutRetracted(inside);
  if (used.length === 0) {
    const texts = [`there is no run in ${path}`, ...leftOut];
    throw new TouchstoneError('usage', texts.join('; '), {
      hint: 'give a run folder, a results.json, or a folder of either',
    });
  }
  const runs = await Promise.all(
    used.map(async (entry) => (isRun(entry) ? readOne(entry) : parse(await readFile(entry, 'utf8'), entry))),
  );
  return { runs: runs.sort((a, b) => a.startedAt.localeCompare(b.startedAt)), leftOut };
}

async function withoutRetracted(entries: readonly string[]): Promise<{ used: string[]; leftOut: string[] }> {
  const found = await Promise.all(
    entries.map(async (entry) => ({
      entry,
      retraction: isRun(entry) ? await readRetraction(entry) : undefined,
    })),
  );
  return {
    used: found.flatMap(({ entry, retraction }) => (retraction ? [] : [entry])),
    leftOut: found.flatMap(({ entry, retraction }) =>
      retraction ? [`${basename(entry)} is left out: ${retractionText(retraction)}`] : [],
    ),
  };
}

function isRun(path: string): boolean {
  return existsSync(join(path, 'manifest.json')) || existsSync(join(path, resultsFile));
}

/** From the events where they exist: a results.json may be of an older build. */
async function readOne(folder: string): Promise<RunResults> {
  if (existsSync(join(folder, 'manifest.json'))) return readResults(folder);
  await refuseRetracted(folder);
  const file = join(folder, resultsFile);
  return parse(await readFile(file, 'utf8'), file);
}

async function fromGit(name: string): Promise<RunResults> {
  if (name.includes(':')) {
    const git = await execa('git', ['show', '--end-of-options', name], { reject: false, maxBuffer: 2 ** 30 });
    if (git.exitCode === 0) return parse(git.stdout, name);
  }
  throw new TouchstoneError('usage', `there is no run in ${name}`, {
    hint: 'give a run folder, a results.json, a folder of runs, or branch:path/results.json',
  });
}

function parse(text: string, place: string): RunResults {
  try {
    return runResults.parse(migrateResults(JSON.parse(text)));
  } catch (cause) {
    throw new TouchstoneError('usage', `${place} holds no results of a run: ${messageOf(cause)}`, {
      hint: 'give the results.json that a run wrote',
      cause,
    });
  }
}
