import { expect, it } from 'vitest';
import { quantisationDepth, quantisedTolerance } from '../../model/quantisation-depth.js';

const node = (operator: string, inputs: string[], output: string) => ({
  name: output,
  operator,
  inputs,
  outputs: [output],
  attributes: {},
});

it('counts the roundings of the longest path, not those of the graph', () => {
  const nodes = [
    node('QuantizeLinear', ['x'], 'a'),
    node('DequantizeLinear', ['a'], 'b'),
    node('QuantizeLinear', ['b'], 'c'),
    node('QuantizeLinear', ['x'], 'd'),
    node('Add', ['c', 'd'], 'e'),
    node('QLinearMatMul', ['e'], 'y'),
  ];
  expect(quantisationDepth({ nodes })).toBe(3);
  expect(quantisationDepth({ nodes, quantisedStates: ['e'] })).toBe(4);
  expect(quantisationDepth({ nodes: [node('Relu', ['x'], 'y')] })).toBe(0);
});

it('tolerates 1.3 % for a layer, and grows with the square root of their number', () => {
  expect(quantisedTolerance(1)).toBeCloseTo(0.0128, 4);
  expect(quantisedTolerance(64)).toBeCloseTo(8 * quantisedTolerance(1));
});
