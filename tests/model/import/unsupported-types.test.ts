import { describe, expect, it } from 'vitest';
import { proto } from '../../../model/import/proto.js';
import { readModel } from '../../../model/import/read-model.js';
import { bindShapes } from '../../../model/inputs/bind-shapes.js';
import { normalise } from '../../../model/normalise/normalise.js';
import { altered, floats, integers, model, smallModel } from '../models.js';

const { DataType } = proto.TensorProto;
const tensor = { tensorType: { elemType: DataType.FLOAT } };
const read = (change: Parameters<typeof altered>[1]) => () => readModel(altered(smallModel(), change), 'm');
const refusal = (message: RegExp, hint: RegExp) =>
  expect.objectContaining({
    code: 'model',
    message: expect.stringMatching(message),
    hint: expect.stringMatching(hint),
  });

describe('a value that is no tensor is refused with its name, its type and the way out', () => {
  it.each([
    ['a sequence of tensors', { sequenceType: { elemType: tensor } }, /a tensor for each element/],
    ['a sequence of maps', { sequenceType: { elemType: { mapType: {} } } }, /'zipmap': False/],
    ['a map', { mapType: { keyType: DataType.INT64 } }, /a tensor for each element/],
    ['an optional value', { optionalType: { elemType: tensor } }, /as a tensor, or without it/],
    ['a sparse tensor', { sparseTensorType: { elemType: DataType.FLOAT } }, /a dense tensor/],
  ])('%s', (name, type, hint) => {
    expect(read(({ graph }) => Object.assign(graph?.input?.[0] ?? {}, { type }))).toThrow(
      refusal(new RegExp(`input image is ${name}, which is not supported`), hint),
    );
    expect(read(({ graph }) => Object.assign(graph?.output?.[0] ?? {}, { name: 'p', type }))).toThrow(
      refusal(new RegExp(`output p is ${name}, which is not supported`), hint),
    );
  });

  it('also between nodes', async () => {
    const raw = readModel(
      model((graph) => {
        const x = graph.input('x', [2]);
        const sequence = graph.node('SequenceMap', [x], {}, ['s']);
        graph.output(graph.node('ConcatFromSequence', [sequence], { axis: 0 }), [2]);
      }),
      'm',
    );
    const normal = normalise(raw, bindShapes(raw, {}), { x: floats([1, 2]) }, []);
    await expect(normal).rejects.toThrow(
      refusal(/\(SequenceMap\) has the output s, a sequence/, /tensors only/),
    );
  });
});

describe('an element type that is not supported is named, with the way out', () => {
  it.each([
    ['float4e2m1', 23, /QuantType\.QInt8/],
    ['float8e4m3fn', 17, /before it is quantised/],
    ['bfloat16', 16, /model\.float\(\)/],
    ['string', 8, /without its text processing/],
    ['complex64', 14, /real and imaginary part/],
  ])('%s', (name, dataType, hint) => {
    expect(read(({ graph }) => Object.assign(graph?.initializer?.[0] ?? {}, { dataType }))).toThrow(
      refusal(new RegExp(`(initialiser|input) conv\\.weight .*has element type ${name}`), hint),
    );
  });

  it('also between nodes', async () => {
    const raw = readModel(
      altered(
        model((graph) => {
          const x = graph.input('x', [2]);
          const narrow = graph.node('Cast', [x], { to: 22 }, ['n']);
          graph.output(graph.node('Cast', [narrow], { to: 1 }), [2]);
        }),
        (one) => Object.assign(one.opsetImport?.[0] ?? {}, { version: 21 }),
      ),
      'm',
    );
    const normal = normalise(raw, bindShapes(raw, {}), { x: floats([1, 2]) }, []);
    await expect(normal).rejects.toThrow(
      refusal(/output n of node .* \(Cast\) has element type int4/, /QInt8/),
    );
  });
});

it('a tensor without elements is refused as an input, with a shape that has some', () => {
  const raw = readModel(
    model((graph) => graph.output(graph.relu(graph.input('past', [1, 2, 3])), [1, 2, 3])),
    'm',
  );
  expect(() => bindShapes(raw, { past: [1, 0, 3] })).toThrow(
    refusal(/input past has shape 1x0x3: a tensor without elements/, /--input past=1x1x3/),
  );
});

it('a constant without elements is no such input', () => {
  const bytes = model((graph) => {
    const x = graph.input('x', [2]);
    graph.output(graph.node('Concat', [x, graph.constant('none', floats([]))], { axis: 0 }), [2]);
    graph.constant('empty', integers([]));
  });
  expect(readModel(bytes, 'm').initialisers.get('none')?.shape).toEqual([0]);
});
