/** Ranges of integer inputs that index a table. */
import { describe, expect, it } from 'vitest';
import type { GraphBuilder, ValueName } from '../../../model/builder.js';
import { readModel } from '../../../model/import/read-model.js';
import { indexRanges } from '../../../model/inputs/index-ranges.js';
import { floats, integers, model } from '../models.js';

const table = (graph: GraphBuilder, name: string, rows: number, width = 2) =>
  graph.constant(name, floats(Array(rows * width).fill(0.5), [rows, width]));

function ranges(
  build: (graph: GraphBuilder, words: ValueName) => ValueName,
  type: 'int64' | 'uint8' = 'int64',
) {
  const bytes = model((graph) => {
    const words = graph.input('words', [2, 3], type);
    graph.output(build(graph, words), [2, 3, 2]);
  });
  return indexRanges(readModel(bytes, 'test'));
}

describe('an integer input', () => {
  it('ranges over the rows of its table, also through operators that keep its value', () => {
    const unchanged = (graph: GraphBuilder, words: ValueName) =>
      graph.node('Unsqueeze', [
        graph.node('Cast', [words], { to: 6 }),
        graph.constant('axes', integers([2])),
      ]);
    expect(ranges((g, words) => g.node('Gather', [table(g, 't', 9), words]))).toEqual({ words: [0, 8] });
    expect(ranges((g, words) => g.node('Gather', [table(g, 't', 9), unchanged(g, words)]))).toEqual({
      words: [0, 8],
    });
  });

  it('ranges over the rows that all of its tables have, along the axis of the Gather', () => {
    const both = (g: GraphBuilder, words: ValueName) => {
      const one = g.node('Gather', [table(g, 'one', 9), words]);
      return g.add(one, g.node('Gather', [table(g, 'other', 3, 7), words], { axis: 1 }));
    };
    expect(ranges(both)).toEqual({ words: [0, 6] });
  });

  it('ranges over the list with which it is compared', () => {
    const oneHot = (g: GraphBuilder, words: ValueName) =>
      g.node('Cast', [g.node('Equal', [words, g.constant('list', integers([0, 1, 2, 3, 4]))])], { to: 1 });
    expect(ranges(oneHot)).toEqual({ words: [0, 4] });
  });

  it('has no range if it is compared with one number, computed with, or of another type', () => {
    const compared = (g: GraphBuilder, words: ValueName) =>
      g.node('Equal', [words, g.constant('pad', integers([7]))]);
    const shifted = (g: GraphBuilder, words: ValueName) =>
      g.node('Gather', [table(g, 't', 9), g.add(words, g.constant('one', integers([1])))]);
    expect(ranges(compared)).toEqual({});
    expect(ranges(shifted)).toEqual({});
    const cast = (g: GraphBuilder, words: ValueName) => g.node('Cast', [words], { to: 7 });
    expect(ranges((g, words) => g.node('Gather', [table(g, 't', 9), cast(g, words)]), 'uint8')).toEqual({});
  });
});
