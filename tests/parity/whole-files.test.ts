/** Files that no graph describes: a runtime that reads files may run them, checked like any other, and each other target says why not. */
import { expect, it, test } from 'vitest';
import { elementCount, type Tensor } from '../../model/graph.js';
import { proto } from '../../model/import/proto.js';
import { uniform } from '../../model/random.js';
import { altered, floats, integers, model } from '../model/models.js';
import { artefactOf, verifiedOn } from './verified.js';

const drawn = (name: string, shape: readonly number[]): Tensor => ({
  type: 'float32',
  shape,
  data: uniform(0, name, elementCount(shape), -1, 1),
});

const { AttributeType } = proto.AttributeProto;

/** Adds 1 until the sum reaches a bound: the data decides how often. The second output is what the first iteration made. */
const loop = altered(
  model((graph) => {
    const inputs = [
      graph.constant('most', { type: 'int64', shape: [], data: BigInt64Array.of(100n) }),
      graph.constant('once', { type: 'bool', shape: [], data: Uint8Array.of(1) }),
      graph.input('x', [2, 3]),
    ];
    graph.constant('one', floats([1], []));
    graph.constant('bound', floats([20], []));
    graph.node('Loop', inputs, {}, ['y', 'rows']);
    graph.output('y', [2, 3]);
    graph.output(graph.node('Gather', ['rows', graph.constant('first', integers([0], []))]), [2, 3]);
  }),
  (decoded) => {
    const value = (name: string, elemType: number, dims: readonly number[]) => ({
      name,
      type: { tensorType: { elemType, shape: { dim: dims.map((dimValue) => ({ dimValue })) } } },
    });
    const body = {
      name: 'body',
      node: [
        { opType: 'Add', input: ['v', 'one'], output: ['next'] },
        {
          opType: 'ReduceSum',
          input: ['next'],
          output: ['sum'],
          attribute: [{ name: 'keepdims', type: AttributeType.INT, i: 0 }],
        },
        { opType: 'Identity', input: ['next'], output: ['row'] },
        { opType: 'Less', input: ['sum', 'bound'], output: ['again'] },
      ],
      input: [value('i', 7, []), value('c', 9, []), value('v', 1, [2, 3])],
      output: [value('again', 9, []), value('next', 1, [2, 3]), value('row', 1, [2, 3])],
    };
    decoded.graph?.node?.[0]?.attribute?.push({ name: 'body', type: AttributeType.GRAPH, g: body });
  },
);

/** Of scikit-learn's converter. */
const scaler = altered(
  model((graph) => {
    const scaled = graph.node('Scaler', [graph.input('x', [4, 3])], {
      offset: [0.5, 1.5, 2.5],
      scale: [2.5, 1.5, 0.5],
    });
    graph.output(graph.node('MatMul', [scaled, graph.constant('w', drawn('w', [3, 2]))]), [4, 2]);
  }),
  (decoded) => {
    decoded.opsetImport?.push({ domain: 'ai.onnx.ml', version: 3 });
    Object.assign(decoded.graph?.node?.[0] ?? {}, { domain: 'ai.onnx.ml' });
  },
);

const positions = model((graph) => {
  graph.output(graph.node('NonZero', [graph.node('Relu', [graph.input('x', [4, 3])])]), [2, 1], 'int64');
});
const openPositions = altered(positions, (decoded) => {
  const dims = decoded.graph?.output?.[0]?.type?.tensorType?.shape?.dim ?? [];
  dims[1] = { dimParam: 'n' };
});

test.each([
  ['a loop that the data ends', 'loop', loop, /Loop\) has a subgraph that depends on the input .*--range/],
  ['an operator of another domain', 'scaler', scaler, /\(Scaler\) has the operator domain ai\.onnx\.ml/],
  [
    'a result whose shape the data decides',
    'positions',
    openPositions,
    /\(NonZero\) has an output whose shape/,
  ],
])('%s', async (_, name, file, reason) => {
  const artefact = await artefactOf(name, file);
  expect(artefact.graph.whole?.reason).toMatch(reason);
  expect(await verifiedOn('onnxruntime/cpu', artefact)).toMatchObject({ state: 'ok' });
  for (const target of ['pytorch/cpu', 'tfjs/wasm']) {
    const outcome = await verifiedOn(target, artefact);
    expect(outcome).toMatchObject({ state: 'unsupported' });
    expect(outcome?.state === 'unsupported' && outcome.reason).toMatch(reason);
  }
});

it('what the runtime cannot run either is refused, with both reasons', async () => {
  const unknown = altered(scaler, (decoded) => {
    Object.assign(decoded.graph?.node?.[0] ?? {}, { opType: 'Unheard' });
  });
  await expect(artefactOf('unheard', unknown)).rejects.toThrow(
    /\(Unheard\) has the operator domain ai\.onnx\.ml.*ONNX Runtime cannot run the model/,
  );
});
