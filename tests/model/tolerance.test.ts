import { describe, expect, it } from 'vitest';
import type { Graph } from '../../model/graph.js';
import { precisionOf } from '../../model/precision.js';
import { toleranceFor } from '../../model/tolerance.js';

const declared = { output: 1e-4, loss: 1e-4, gradient: 3e-4, weight: 1e-3, floor: 1e-7 };

describe('the tolerance of a parity check', () => {
  it('is the declared one for float32 and float64 on processors and on CUDA', () => {
    for (const device of ['cpu', 'cuda']) {
      expect(toleranceFor(declared, 'float32', device)).toEqual(declared);
      expect(toleranceFor(declared, 'float64', device)).toEqual(declared);
    }
  });

  it('is wider where shaders compute', () => {
    expect(toleranceFor(declared, 'float32', 'webgpu')).toMatchObject({
      output: 1e-3,
      weight: 1e-2,
      floor: 1e-7,
    });
  });

  it('follows the rounding unit in half precision, and is never narrower than declared', () => {
    expect(toleranceFor(declared, 'float16', 'cpu')).toMatchObject({ output: 2e-2, gradient: 2e-2 });
    expect(toleranceFor(declared, 'bfloat16', 'cpu').output).toBe(1.6e-1);
    expect(toleranceFor({ ...declared, output: 0.5 }, 'float16', 'cpu').output).toBe(0.5);
  });

  it('of a device without an entry is an error that names it', () => {
    expect(() => toleranceFor(declared, 'float32', 'npu')).toThrow(
      /no tolerance is defined for float32 on npu/,
    );
  });
});

describe('the precision of a graph', () => {
  const tensor = (name: string, type: 'float16' | 'float32' | 'int64', count: number) => ({
    name,
    type,
    shape: [count],
  });
  const graph = (weights: Graph['weights'], inputs: Graph['inputs'] = []): Graph => ({
    ...{ name: 'g', opset: 21, outputs: [], parameters: [], nodes: [], values: {} },
    weights,
    inputs,
  });

  it('is the type of most of its weights, whatever small constants are', () => {
    const half = graph([
      tensor('w', 'float16', 100),
      tensor('epsilon', 'float32', 1),
      tensor('axes', 'int64', 500),
    ]);
    expect(precisionOf(half)).toBe('float16');
  });

  it('is the type in which a target holds them', () => {
    const widened = (type: Graph['inputs'][number]['type']) => (type === 'float16' ? 'float32' : type);
    expect(precisionOf(graph([tensor('w', 'float16', 100)]), widened)).toBe('float32');
  });

  it('is that of the inputs where no weight is floating-point', () => {
    expect(precisionOf(graph([tensor('axes', 'int64', 2)], [tensor('x', 'float16', 4)]))).toBe('float16');
    expect(precisionOf(graph([]))).toBe('float32');
  });
});
