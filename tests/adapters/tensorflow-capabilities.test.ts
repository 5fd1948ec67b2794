/** Limits of TensorFlow's kernels, which were found by calling them. */
import { describe, expect, test } from 'vitest';
import type {
  Operand,
  Operands,
  OperationKind,
  Operations,
} from '../../adapters/lowering/operations/operation.js';
import { tensorflow, tensorflowInTraining } from '../../adapters/tensorflow/capabilities.js';
import type { DataType } from '../../model/graph.js';

function operand(shape: readonly number[], type: DataType = 'float32'): Operand {
  return { id: 0, type, shape };
}

function limit<Kind extends OperationKind>(
  kind: Kind,
  settings: Operations[Kind],
  inputs: readonly Operand[],
  capabilities = tensorflow,
): string | undefined {
  const check = capabilities.operations[kind];
  return check ? check(settings, inputs as Operands[Kind], kind) : 'no such operation';
}

const conv = (pads: readonly [number, number], dilation = 1, group = 1): Operations['Conv'] => ({
  strides: [2, 2],
  dilations: [dilation, dilation],
  pads: [pads, pads],
  group,
});

describe('broadcasting', () => {
  test('over more than five axes only where neighbours broadcast alike', () => {
    const full = operand([2, 3, 2, 3, 2, 2]);
    expect(limit('Add', {}, [full, full])).toBeUndefined();
    expect(limit('Add', {}, [full, operand([3, 2, 2])])).toBeUndefined();
    expect(limit('Add', {}, [full, operand([2, 1, 2, 1, 2, 1])])).toBe(
      'Add that broadcasts over 6 axes is not supported by TensorFlow: the maximum is 5',
    );
  });
});

describe('windows', () => {
  const [x, filters] = [operand([1, 8, 8, 2]), operand([3, 3, 2, 4])];

  test('two spatial axes take any pads, three those of SAME and VALID', () => {
    expect(limit('Conv', conv([1, 0]), [x, filters])).toBeUndefined();
    const three = { strides: [1, 1, 1], dilations: [1, 1, 1], group: 1 };
    const volume = [operand([1, 8, 8, 8, 2]), operand([3, 3, 3, 2, 4])];
    const pads = (one: readonly [number, number]) => ({ ...three, pads: [one, one, one] });
    expect(limit('Conv', pads([1, 1]), volume)).toBeUndefined();
    expect(limit('Conv', pads([2, 2]), volume)).toMatch(/pads/);
  });

  test('gradients with explicit pads have neither dilations nor groups', () => {
    expect(limit('Conv', conv([1, 0], 2), [x, filters])).toBeUndefined();
    expect(limit('Conv', conv([1, 0], 2), [x, filters], tensorflowInTraining)).toMatch(/gradient.*pads/);
    expect(limit('Conv', conv([0, 0], 2), [x, filters], tensorflowInTraining)).toBeUndefined();
  });

  test('averages do not count the pads, which are those of SAME', () => {
    const window = { kernel: [2, 2], strides: [1, 1], dilations: [1, 1], countPads: false };
    const behind = [0, 1] as const;
    expect(limit('AveragePool', { ...window, pads: [behind, behind] }, [x])).toBeUndefined();
    expect(limit('AveragePool', { ...window, pads: [[1, 0], behind] }, [x])).toMatch(/pads/);
    expect(limit('AveragePool', { ...window, pads: [behind, behind], countPads: true }, [x])).toMatch(
      /count_include_pad 1/,
    );
  });
});

test('halves are rounded up, which is not ONNX’s default', () => {
  const resize = (sizes: readonly number[], nearest: string): Operations['Resize'] => ({
    ...{ mode: 'nearest', coordinates: 'half_pixel', nearest, sizes },
  });
  const x = operand([1, 4, 4, 1]);
  expect(limit('Resize', resize([8, 8], 'round_prefer_floor'), [x])).toBeUndefined();
  expect(limit('Resize', resize([2, 2], 'round_prefer_floor'), [x])).toMatch(/Resize/);
  expect(limit('Resize', resize([2, 2], 'round_prefer_ceil'), [x])).toBeUndefined();
});
