/** Sequences of known length are the tensors in them, for old and new operator sets. */
import { describe, expect, it } from 'vitest';
import type { GraphBuilder } from '../../../model/builder.js';
import { readModel } from '../../../model/import/read-model.js';
import { bindShapes } from '../../../model/inputs/bind-shapes.js';
import { randomInputs } from '../../../model/inputs/random-inputs.js';
import { normalise } from '../../../model/normalise/normalise.js';
import { observe } from '../../../model/normalise/observe.js';
import { altered, integers, model } from '../models.js';

/** From x [2, 5] to y, in one operator set. */
async function checked(opset: number, build: (graph: GraphBuilder, x: string) => string) {
  const bytes = altered(
    model((graph) => {
      graph.output(graph.node('Neg', [build(graph, graph.input('x', [2, 5]))], {}, ['y']), [1]);
    }),
    (one) => {
      Object.assign(one.opsetImport?.[0] ?? {}, { version: opset });
      // The builder's shape is not that of y.
      Object.assign(one.graph?.output?.[0] ?? {}, { type: null });
    },
  );
  const raw = readModel(bytes, 'm');
  const inputs = bindShapes(raw, {});
  const sample = randomInputs(inputs, 0, 0);
  const { graph, bytes: written } = await normalise(raw, inputs, sample, []);
  const [own, resolved] = await Promise.all([bytes, written].map((each) => observe(each, sample, ['y'])));
  expect(resolved?.data.y).toEqual(own?.data.y);
  return graph.nodes.map(({ operator }) => operator);
}

const position = (graph: GraphBuilder, value: number) => graph.constant(`at${value}`, integers([value], []));

describe.each([11, 13, 18])('operator set %i', (opset) => {
  it('splits by sizes, and picks parts from either end', async () => {
    const operators = await checked(opset, (graph, x) => {
      const parts = graph.node(
        'SplitToSequence',
        [graph.relu(x), graph.constant('sizes', integers([2, 3]))],
        {
          axis: 1,
        },
      );
      const [first, last] = [0, -1].map((place) => graph.node('SequenceAt', [parts, position(graph, place)]));
      return graph.node('Concat', [last ?? '', first ?? ''], { axis: 1 });
    });
    expect(operators).toEqual(['Relu', 'Split', 'Concat', 'Neg']);
  });

  it('splits by one size, with a shorter last part', async () => {
    const operators = await checked(opset, (graph, x) => {
      const parts = graph.node('SplitToSequence', [x, graph.constant('size', integers([2], []))], {
        axis: -1,
      });
      return graph.node('ConcatFromSequence', [parts], { axis: 1 });
    });
    expect(operators).toEqual(['Split', 'Concat', 'Neg']);
  });

  it('unbinds an axis, and stacks what is left', async () => {
    const operators = await checked(opset, (graph, x) => {
      const parts = graph.node('SplitToSequence', [x], { axis: 1, keepdims: 0 });
      const fewer = graph.node('SequenceErase', [parts, position(graph, 1)]);
      const more = graph.node('SequenceInsert', [
        fewer,
        graph.node('SequenceAt', [parts, position(graph, 0)]),
        position(graph, 2),
      ]);
      return graph.node('ConcatFromSequence', [more], { axis: -1, new_axis: 1 });
    });
    expect(operators.filter((one) => one === 'Squeeze')).toHaveLength(4);
    expect(operators.slice(-2)).toEqual(['Concat', 'Neg']);
  });
});

it('constructs, counts and joins', async () => {
  const operators = await checked(17, (graph, x) => {
    const list = graph.node('SequenceConstruct', [x, graph.relu(x)]);
    const length = graph.node('Cast', [graph.node('SequenceLength', [list])], { to: 1 });
    return graph.node('Mul', [graph.node('ConcatFromSequence', [list], { axis: 0 }), length]);
  });
  expect(operators).toEqual(['Relu', 'Concat', 'Mul', 'Neg']);
});

it('a split into too many parts is refused', async () => {
  const many = checked(17, (graph, x) => {
    const long = graph.node('Expand', [
      graph.node('Reshape', [x, graph.constant('flat', integers([10, 1]))]),
      graph.constant('to', integers([10, 20_000])),
    ]);
    return graph.node('SequenceAt', [graph.node('SplitToSequence', [long], { axis: 1 }), position(graph, 0)]);
  });
  await expect(many).rejects.toThrow(/\(SplitToSequence\) has the output \S+, a sequence/);
});

it('a position that depends on data is refused with the node', async () => {
  const varying = checked(17, (graph, x) => {
    const list = graph.node('SequenceConstruct', [x, graph.relu(x)]);
    const most = graph.node('ReduceMax', [x], { keepdims: 0 });
    return graph.node('SequenceAt', [list, graph.node('Cast', [most], { to: 7 })]);
  });
  await expect(varying).rejects.toThrow(/\(SequenceConstruct\) has the output \S+, a sequence/);
});
