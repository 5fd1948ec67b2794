/** The command that `list --model` proposes for a model with open shapes. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { program } from '../../../common/invocation.js';
import * as values from '../../../common/values.js';
import { GraphBuilder } from '../../../model/builder.js';
import { describeModels } from '../../../runners/coordinator/describe-models.js';
import { altered, floats } from '../../model/models.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'touchstone-propose-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** A file whose inputs have the named dimensions. */
async function fileWith(name: string, build: (graph: GraphBuilder) => void, dims: readonly string[][]) {
  const graph = new GraphBuilder('mine', 0);
  build(graph);
  const path = join(folder, name);
  const bytes = altered(graph.finish().bytes, (model) => {
    for (const [index, names] of dims.entries()) {
      const dim = names.map((dimension) => ({ dimParam: dimension }));
      Object.assign(model.graph?.input?.[index]?.type?.tensorType?.shape ?? {}, { dim });
    }
  });
  await writeFile(path, bytes);
  return path;
}

/** What the words of a proposed command mean. */
async function describedBy(command: string) {
  const words = command.replace(`${program} list `, '').split(' ');
  const given = (option: string) => words.filter((_, index) => words[index - 1] === option);
  return describeModels(given('--model'), {
    input: given('--input').reduce((known, text) => values.inputShape(text, known), {}),
    range: given('--range').reduce((known, text) => values.valueRange(text, known), {}),
    targets: given('--targets'),
  });
}

it('runs when it is pasted, and keeps what was given', async () => {
  const path = await fileWith(
    'ids.onnx',
    (graph) => {
      const ids = graph.input('ids', [1, 4], 'int64');
      const rows = graph.node('Gather', [graph.constant('table', floats([1, 2, 3, 4, 5, 6], [3, 2])), ids]);
      graph.output(graph.relu(rows), [1, 4, 2]);
    },
    [['batch', 'sequence']],
  );
  const [found] = await describeModels([path], { targets: ['onnxruntime/cpu'] });
  const command = `${program} list --model ${path} --input ids=1x128 --range ids=0..2 --targets onnxruntime/cpu`;
  expect(found).toMatchObject({ command, error: `the shape of ids is dynamic (this runs: ${command})` });
  expect(await describedBy(command)).toMatchObject([{ inputs: [{ name: 'ids', shape: [1, 128] }] }]);
});

it('tries other sizes where the usual ones do not run', async () => {
  const path = await fileWith(
    'window.onnx',
    (graph) => {
      const x = graph.input('x', [1, 512]);
      const bias = graph.constant('bias', floats(new Array(512).fill(1), [1, 512]));
      graph.output(graph.node('Add', [graph.relu(x), bias]), [1, 512]);
    },
    [['batch', 'steps']],
  );
  const [found] = await describeModels([path], { targets: ['onnxruntime/cpu'] });
  expect(found).toMatchObject({ command: expect.stringContaining('--input x=1x512') });
});

it('is none where no guess runs: what is missing is said', async () => {
  const path = await fileWith(
    'odd.onnx',
    (graph) => {
      const x = graph.input('x', [1, 77]);
      const bias = graph.constant('bias', floats(new Array(77).fill(1), [77]));
      graph.output(
        graph.node('Add', [graph.relu(x), graph.node('Reshape', [bias, graph.node('Shape', [x])])]),
        [1, 77],
      );
    },
    [['batch', 'steps']],
  );
  const [found] = await describeModels([path], { targets: ['onnxruntime/cpu'] });
  expect(found).toEqual({
    model: 'odd',
    path,
    error: 'the shape of x is dynamic (specify it, for example --input x=1x128)',
  });
});
