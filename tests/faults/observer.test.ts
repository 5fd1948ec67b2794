/** The process that runs a model once is gone after the one that wants to know. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, expect, it } from 'vitest';
import { dieWithParent, works } from '../../common/child-process.js';
import { buildFolder } from '../../common/paths.js';
import { integers, model } from '../model/models.js';
import { livingWith, markName, sweep } from './workers/marked.js';

const mark = randomUUID();
afterEach(() => sweep(mark));

/** Takes a product of matrices of 500 billion multiplications. */
const slow = model((graph) => {
  const x = graph.input('x', [1]);
  const shape = graph.constant('shape', integers([8000, 8000]));
  const square = graph.node('Add', [graph.node('ConstantOfShape', [shape]), x]);
  graph.output(graph.node('MatMul', [square, square], {}, ['y']), [8000, 8000]);
});

/** Processor time of the process that runs the model, in ticks of 10 ms: field 14 of /proc/<pid>/stat (proc(5)). */
function observingTicks(): number {
  const pid = livingWith(mark).find((each) =>
    readFileSync(`/proc/${each}/cmdline`, 'utf8').includes('observe-worker'),
  );
  if (pid === undefined) return 0;
  return Number(
    readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')[11],
  );
}

it.skipIf(!works(dieWithParent))('also where that is killed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'touchstone-observer-'));
  const path = join(folder, 'slow.onnx');
  await writeFile(path, slow);
  const observer = execa(process.execPath, [join(buildFolder, 'tests/faults/observer.js'), path], {
    env: { [markName]: mark, TMPDIR: folder },
    reject: false,
  });
  // In the middle of the product, long before its end.
  await expect.poll(observingTicks, { timeout: 60_000 }).toBeGreaterThan(100);
  observer.kill('SIGKILL');
  await observer;
  expect(await sweep(mark)).toEqual([]);
  await rm(folder, { recursive: true });
});
