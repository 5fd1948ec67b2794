/** Workloads at other lengths of their sequences. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { workloadKey } from '../../model/artefact/key.js';
import { GraphBuilder } from '../../model/builder.js';
import { elementCount, type Tensor } from '../../model/graph.js';
import { readModel } from '../../model/import/read-model.js';
import { committedPath } from '../../model/reference/reference.js';
import { nonDefaultLength, type Workload } from '../../model/workload.js';
import { discoverWorkloads } from '../../suites/discover.js';

const withSequence = (await discoverWorkloads()).flatMap((workload) =>
  workload.sequence ? [{ name: workload.name, workload, sequence: workload.sequence }] : [],
);
const named = (name: string) => withSequence.find((one) => one.name === name)?.workload as Workload;

/** SHA-256 of every weight, by name. */
function weightsOf(workload: Workload): Record<string, string> {
  const builder = new GraphBuilder(workload.name, 0);
  workload.build(builder, 1, 'inference');
  const { bytes, parameters } = builder.finish();
  const { initialisers } = readModel(bytes, workload.name);
  return Object.fromEntries(
    parameters.map((name) => {
      const { data } = initialisers.get(name) as Tensor;
      return [
        name,
        createHash('sha256')
          .update(data as Float32Array)
          .digest('hex'),
      ];
    }),
  );
}

it('exist for workloads whose length is not part of the definition', () => {
  expect(withSequence.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['row-lstm', 'char-lstm', 'char-lstm-small', 'text-gru', 'acoustic-1x320-small']),
  );
});

describe.each(withSequence)('$name', ({ workload, sequence }) => {
  it('is unchanged at its default length', () => {
    const again = sequence.withLength(sequence.defaultLength);
    expect(sequence.length).toBe(sequence.defaultLength);
    expect(nonDefaultLength(workload)).toBeUndefined();
    expect(JSON.stringify(again)).toBe(JSON.stringify(workload));
    expect(again.inputs(2, 1, 'training')).toEqual(workload.inputs(2, 1, 'training'));
  });

  it('keeps name and weights at another length, with proportional multiply-adds', () => {
    const other = sequence.withLength(7);
    expect(other).toMatchObject({ name: workload.name, parameterCount: workload.parameterCount });
    expect(other.sequence).toMatchObject({
      length: 7,
      defaultLength: sequence.defaultLength,
      maxLength: sequence.maxLength,
    });
    expect(nonDefaultLength(other)).toBe(7);
    expect(other.multiplyAdds).toBeLessThan(workload.multiplyAdds);
    expect(weightsOf(other)).toEqual(weightsOf(workload));
    const { labels, ...inputs } = other.inputs(3, 0, 'training');
    for (const { shape, data } of Object.values(inputs)) {
      expect(shape[0]).toBe(3);
      expect(shape.slice(1, 3)).toContain(7);
      expect(data.length).toBe(elementCount(shape));
    }
    expect(labels?.shape[0]).toBe(3);
  });

  it('has a separate artefact and reference for each length', () => {
    const keys = [sequence.defaultLength, 7, 8].map((length) =>
      workloadKey(sequence.withLength(length), 'inference', 1, 0),
    );
    expect(new Set(keys).size).toBe(3);
    expect(committedPath(workload.name, 'inference', 1, 7)).toMatch(/-inference-b1-l7\.safetensors$/);
  });
});

it('row-lstm reads the end of a strip of digits', () => {
  const rows = (steps: number) => {
    const read = named('row-lstm').sequence?.withLength(steps).inputs(3, 0, 'inference').rows;
    const size = steps * 28;
    return [0, 1, 2].map((example) =>
      Array.from(read?.data as Float32Array).slice(example * size, (example + 1) * size),
    );
  };
  const [whole, half, several] = [rows(28), rows(14), rows(70)];
  whole.forEach((digit, example) => {
    expect(half[example]).toEqual(digit.slice(14 * 28));
    // Two and a half digits: the lower half of the second digit before it, the digit before it, the digit itself.
    expect(several[example]?.slice(42 * 28)).toEqual(digit);
    expect(several[example]?.slice(14 * 28, 42 * 28)).toEqual(whole[(example + 2) % 3]);
    expect(several[example]?.slice(0, 14 * 28)).toEqual(whole[(example + 1) % 3]?.slice(14 * 28));
  });
});
