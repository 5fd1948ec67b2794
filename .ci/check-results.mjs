/**
 * Checks the folder of a real run of the smoke suite: `node .ci/check-results.mjs <run folder> [pages]`, of the default targets at
 * batches 1 and 64, or of those in pages of browsers at batch 1. What must be available
 * is kept by hand in tests/targets.json, so that a target that silently went missing fails. Exit status 1 when anything
 * is not as it must be, with one line for each.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const expectedTargets = JSON.parse(readFileSync(new URL('../tests/targets.json', import.meta.url), 'utf8'));
const isOfPages = process.argv[3] === 'pages';
const targets = Object.keys(expectedTargets).filter((name) =>
  isOfPages ? name.includes('@') : expectedTargets[name].isDefault !== false,
);
const workloads = ['lenet5', 'row-lstm'];
const modes = ['inference', 'training'];
const batches = isOfPages ? [1] : [1, 64];
const hosts = isOfPages ? ['chromium', 'firefox'] : ['node', 'python'];
/** What a browser may lack on a machine without a graphics processor. */
const mayLack = /\/(webgl|webgpu)@firefox(-worker)?$|\/webnn@/;

/** A pattern of the reason why the cell cannot run; undefined where it has to. */
function unsupportedReason({ workload, mode, target }) {
  return expectedTargets[target].unsupported[`${workload}:${mode}`];
}

const folder = process.argv[2] ?? '.';
const results = read('results.json');
const manifest = read('manifest.json');

const expected = workloads.flatMap((workload) =>
  modes.flatMap((mode) =>
    batches.flatMap((batch) => targets.map((target) => ({ workload, mode, batch, target }))),
  ),
);
const ofCells = expected.flatMap((cell) => problemOf(cell) ?? []);
const ofRun = problemsOfRun();

for (const problem of [...ofCells, ...ofRun]) console.log(`FAILED ${problem}`);
console.log(`cells: ${expected.length - ofCells.length} passed, ${ofCells.length} failed`);
process.exitCode = ofCells.length + ofRun.length === 0 ? 0 : 1;

/** Why the cell is not what it must be; undefined where it is. */
function problemOf(cell) {
  const name = `${cell.workload} ${cell.mode} batch ${cell.batch} ${cell.target}`;
  const found = results.cells.filter((candidate) => sameCell(candidate, cell));
  if (found.length !== 1) return `${name}: ${found.length} results, not one`;
  const [{ state, reason, metrics, samples }] = found;
  const pattern = unsupportedReason(cell);
  const wanted = pattern === undefined ? 'ok' : 'unsupported';
  if (mayLack.test(cell.target) && state === 'unavailable' && /the browser (gives|has) no /.test(reason))
    return undefined;
  if (state !== wanted) return `${name}: ${state}, not ${wanted}: ${reason}`;
  if (pattern !== undefined) {
    return new RegExp(pattern).test(reason)
      ? undefined
      : `${name}: unsupported because ${reason}, not ${pattern}`;
  }
  if (!(metrics?.iterationNs.value > 0)) return `${name}: ok without a time per iteration`;
  const turns = samples.filter((turn) => turn.samplesNs.length > 0);
  return turns.length === 0 ? `${name}: ok without samples` : undefined;
}

function problemsOfRun() {
  const problems = [];
  const known = (cell) => expected.some((candidate) => sameCell(cell, candidate));
  for (const cell of results.cells) if (!known(cell)) problems.push(`${cell.id}: not expected in this run`);
  const planned = manifest.cells.map((cell) => cell.id).sort();
  const ended = results.cells.map((cell) => cell.id).sort();
  if (planned.join() !== ended.join()) problems.push('the cells of results.json are not those of the plan');
  if (results.ending !== 'finished') problems.push(`the run ended as ${results.ending}`);
  if (!(results.finishedRounds >= 1)) problems.push('no round was finished');
  for (const host of hosts) {
    if (!results.overhead.some((one) => one.host === host && one.samples > 0))
      problems.push(`the null target of ${host} was not measured`);
  }
  if (!existsSync(join(folder, 'report.html'))) problems.push('there is no report.html');
  return problems;
}

function sameCell(a, b) {
  return a.workload === b.workload && a.mode === b.mode && a.batch === b.batch && a.target === b.target;
}

function read(name) {
  return JSON.parse(readFileSync(join(folder, name), 'utf8'));
}
