/** Indices that are known not to be negative, and the integers of a backend whose default is 32 bits. */
import { describe, expect, test } from 'vitest';
import { withNarrowIndices } from '../../adapters/lowering/indices.js';
import { makePlan } from '../../adapters/lowering/lower.js';
import type { Graph } from '../../model/graph.js';
import { everything, graphOf, kindsOf } from './operation-graph.js';

/** Rows of a table, at ids that are turned first. */
function lookup(indexInputs?: string[]): Graph {
  const graph = graphOf({
    nodes: [
      ['Transpose', ['ids'], ['turned'], { perm: [1, 0] }],
      ['Gather', ['table', 'turned'], ['y']],
    ],
    values: { ids: [[2, 3], 'int64'], turned: [[3, 2], 'int64'], table: [10, 4], y: [3, 2, 4] },
    inputs: ['ids'],
    weights: ['table'],
  });
  return { ...graph, ...(indexInputs && { indexInputs }) };
}

describe('indices', () => {
  test('of any input are counted from the end where they are negative', () => {
    const kinds = kindsOf(makePlan(lookup(), 'inference', everything()));
    expect(kinds).toEqual(expect.arrayContaining(['Less', 'Add', 'Where', 'Gather']));
  });

  test('of an input without negative ones are taken as they are', () => {
    const kinds = kindsOf(makePlan(lookup(['ids']), 'inference', everything()));
    expect(kinds).toEqual(['Transpose', 'Gather']);
  });

  test('that are computed from such an input are not', () => {
    const graph = graphOf({
      nodes: [
        ['Sub', ['ids', 'one'], ['before']],
        ['Gather', ['table', 'before'], ['y']],
      ],
      values: { ids: [[3], 'int64'], before: [[3], 'int64'], table: [10, 4], y: [3, 4] },
      inputs: ['ids'],
      weights: ['table'],
      numbers: { one: [1] },
    });
    const kinds = kindsOf(makePlan({ ...graph, indexInputs: ['ids'] }, 'inference', everything()));
    expect(kinds).toContain('Where');
  });
});

describe('a backend whose default is 32 bits', () => {
  const int64 = (graph: Graph) => withNarrowIndices(graph, everything()).types.int64;

  test('holds indices as int32', () => {
    expect(int64(lookup(['ids']))).toBe('int32');
  });

  test('holds int64 as it is where a value may be any integer', () => {
    expect(int64(lookup())).toBe('int64');
  });

  test('holds int64 as it is beside a constant beyond int32, and beside float64', () => {
    const beside = (values: Graph['values'], constants: Graph['constants']): Graph => {
      const graph = lookup(['ids']);
      return {
        ...graph,
        values: { ...graph.values, ...values },
        constants: { ...graph.constants, ...constants },
      };
    };
    const constant = { c: { name: 'c', type: 'int64' as const, shape: [1] } };
    expect(int64(beside(constant, { c: [2 ** 31 - 1] }))).toBe('int32');
    expect(int64(beside(constant, { c: [2 ** 31] }))).toBe('int64');
    expect(int64(beside(constant, {}))).toBe('int64');
    expect(int64(beside({ d: { name: 'd', type: 'float64', shape: [1] } }, {}))).toBe('int64');
  });
});
