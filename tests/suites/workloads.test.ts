import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../model/builder.js';
import { elementCount, type Tensor } from '../../model/graph.js';
import { readModel } from '../../model/import/read-model.js';
import { bindShapes } from '../../model/inputs/bind-shapes.js';
import { multiplyAdds } from '../../model/multiply-adds.js';
import { normalise } from '../../model/normalise/normalise.js';
import { batchesOf, type Mode, selectionsOf, type Workload } from '../../model/workload.js';
import { discoverSuites, discoverWorkloads } from '../../suites/discover.js';

const workloads = await discoverWorkloads();

/** Builds zero weights: the tests do not depend on their values, and the largest network has 138 million. */
class ZeroWeights extends GraphBuilder {
  readonly outputs: (readonly number[])[] = [];

  override output(value: string, shape: readonly number[]): void {
    this.outputs.push(shape);
    super.output(value, shape);
  }

  override parameter(name: string, shape: readonly number[]): string {
    const data = new Float32Array(elementCount(shape));
    return this.parameterOf(name, { type: 'float32', shape, data });
  }
}

/** Properties of a workload's graph. */
function describeGraph(workload: Workload, batch: number, mode: Mode) {
  const builder = new ZeroWeights(workload.name, 0);
  workload.build(builder, batch, mode);
  const { bytes, parameters } = builder.finish();
  const { inputs, nodes, initialisers } = readModel(bytes, workload.name);
  const biases = nodes
    .filter(({ operator }) => /^(LSTM|GRU|RNN)$/.test(operator))
    .map((node) => node.inputs[3] ?? '');
  const counts = parameters.map((name) => {
    const scalars = elementCount(initialisers.get(name)?.shape ?? []);
    // The recurrent half of a recurrent layer's bias is not trained.
    return biases.includes(name) ? scalars / 2 : scalars;
  });
  return {
    inputs,
    outputs: builder.outputs,
    operators: nodes.map(({ operator }) => operator),
    trainable: counts.reduce((sum, count) => sum + count, 0),
    recurrentBiases: biases.flatMap((name) => recurrentHalves(initialisers.get(name))),
  };
}

/** The second half of the bias of each direction. */
function recurrentHalves(bias: Tensor | undefined): Float32Array[] {
  const [directions = 0, width = 0] = bias?.shape ?? [];
  const data = bias?.data as Float32Array;
  return Array.from({ length: directions }, (_, direction) =>
    data.subarray(direction * width + width / 2, (direction + 1) * width),
  );
}

const known = new Map<string, ReturnType<typeof describeGraph>>();

function build(workload: Workload, batch: number, mode: Mode): ReturnType<typeof describeGraph> {
  const key = `${workload.name} ${batch} ${mode}`;
  const made = known.get(key) ?? describeGraph(workload, batch, mode);
  known.set(key, made);
  return made;
}

it('has a small form of every workload that is not small', () => {
  for (const workload of workloads) {
    if (workload.small) {
      expect(workload.small.name).toBe(`${workload.name}-small`);
      expect(sizeOf(workload.small)).toBeLessThan(sizeOf(workload) / 10);
    } else {
      expect(workload.multiplyAdds * Math.min(...workload.batches), workload.name).toBeLessThan(100_000_000);
    }
  }
});

/** Multiply-adds or, without any, the number of weights. */
function sizeOf({ multiplyAdds, parameterCount }: Workload): number {
  return multiplyAdds > 0 ? multiplyAdds : parameterCount;
}

it('defines the training of workloads that have the mode', () => {
  for (const { modes, training } of workloads)
    expect(training !== undefined).toBe(modes.includes('training'));
});

it('has suites of existing workloads', async () => {
  const names = workloads.map((workload) => workload.name);
  expect(new Set(names).size).toBe(names.length);
  const suites = await discoverSuites();
  expect(suites.map((suite) => suite.name)).toContain('smoke');
  for (const suite of suites) {
    for (const { workload: name, batches = {} } of selectionsOf(suite)) {
      const workload = workloads.find((one) => one.name === name);
      expect(workload, `${suite.name}: ${name}`).toBeDefined();
      expect(workload?.modes, `${suite.name}: ${name}`).toEqual(expect.arrayContaining(Object.keys(batches)));
    }
  }
});

describe.each(workloads.map((workload) => [workload.name, workload] as const))('%s', (_, workload) => {
  it('has the published number of parameters', () => {
    // Batch normalisation has the same weights in both modes.
    expect(build(workload, 1, workload.modes.at(-1) ?? 'inference').trainable).toBe(workload.parameterCount);
  });

  it('has the published number of multiply-adds', async () => {
    const builder = new ZeroWeights(workload.name, 0);
    workload.build(builder, 1, 'inference');
    const model = readModel(builder.finish().bytes, workload.name);
    const { graph } = await normalise(model, bindShapes(model, {}), workload.inputs(1, 0, 'inference'), []);
    expect(multiplyAdds(graph)).toBe(workload.multiplyAdds);
  }, 120_000);

  // A single operator does not output probabilities.
  it.runIf(workload.training?.loss === 'softmax-cross-entropy' && workload.family !== 'micro')(
    'outputs probabilities in inference and logits in training',
    () => {
      expect(build(workload, 1, 'inference').operators.at(-1)).toBe('Softmax');
      // There may be others within: attention has one.
      expect(build(workload, 1, 'training').operators.at(-1)).not.toBe('Softmax');
    },
  );

  it.each(workload.modes)('has inputs of the graph’s names, types and shapes in %s', (mode) => {
    for (const batch of batchesOf(workload, mode)) {
      const { labels, advantages, ...inputs } = workload.inputs(batch, 0, mode);
      const described = Object.entries(inputs).map(([name, { type, shape }]) => ({
        name,
        type,
        shape: [...shape],
      }));
      expect(described).toEqual(build(workload, batch, mode).inputs);
      for (const { data, shape } of Object.values(inputs)) expect(data.length).toBe(elementCount(shape));
      const { outputs } = build(workload, batch, mode);
      const labelled = mode === 'training' ? outputs[0]?.slice(0, -1) : undefined;
      expect(labels?.shape).toEqual(labelled);
      const hasAdvantages = workload.training?.loss === 'policy-gradient';
      expect(advantages?.shape).toEqual(hasAdvantages ? labelled : undefined);
    }
  });

  it.runIf(/lenet5|row-lstm|mnist/.test(workload.name))(
    'has every digit in a batch of 64, and different images in each buffer',
    () => {
      const seen = new Set<string>();
      for (let buffer = 0; buffer < 4; buffer++) {
        const { labels, ...inputs } = workload.inputs(64, buffer, 'training');
        expect(new Set(labels?.data as Int32Array).size).toBe(10);
        const images = Object.values(inputs)[0]?.data as Float32Array;
        const size = images.length / 64;
        for (let start = 0; start < images.length; start += size)
          seen.add(images.slice(start, start + size).join());
        expect(images.every((pixel) => pixel >= 0 && pixel <= 1)).toBe(true);
      }
      expect(seen.size).toBe(256);
    },
  );

  it.runIf(/lstm|gru|rnn|acoustic|translation/.test(workload.name))(
    'has zeros as second bias of every recurrent layer',
    () => {
      const biases = build(workload, 1, 'inference').recurrentBiases;
      expect(biases.length).toBeGreaterThan(0);
      for (const bias of biases) expect(bias.every((value) => value === 0)).toBe(true);
    },
  );
});
