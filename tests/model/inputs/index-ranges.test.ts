/** Which whole numbers are drawn where they choose from a table. */
import { describe, expect, it } from 'vitest';
import type { GraphBuilder, Value } from '../../../model/builder.js';
import { readModel } from '../../../model/import/read-model.js';
import { indexRanges } from '../../../model/inputs/index-ranges.js';
import { floats, integers, model } from '../models.js';

const table = (graph: GraphBuilder, name: string, rows: number, width = 2) =>
  graph.constant(name, floats(Array(rows * width).fill(0.5), [rows, width]));

function ranges(draw: (graph: GraphBuilder, words: Value) => Value, type: 'int64' | 'uint8' = 'int64') {
  const bytes = model((graph) => {
    const words = graph.input('words', [2, 3], type);
    graph.output(draw(graph, words), [2, 3, 2]);
  });
  return indexRanges(readModel(bytes, 'test'));
}

describe('an input of whole numbers', () => {
  it('has every row of its table, also behind what only carries it', () => {
    const carried = (graph: GraphBuilder, words: Value) =>
      graph.node('Unsqueeze', [
        graph.node('Cast', [words], { to: 6 }),
        graph.constant('axes', integers([2])),
      ]);
    expect(ranges((g, words) => g.node('Gather', [table(g, 't', 9), words]))).toEqual({ words: [0, 8] });
    expect(ranges((g, words) => g.node('Gather', [table(g, 't', 9), carried(g, words)]))).toEqual({
      words: [0, 8],
    });
  });

  it('has the rows that all of its tables have, along the axis that is chosen from', () => {
    const both = (g: GraphBuilder, words: Value) => {
      const one = g.node('Gather', [table(g, 'one', 9), words]);
      return g.add(one, g.node('Gather', [table(g, 'other', 3, 7), words], { axis: 1 }));
    };
    expect(ranges(both)).toEqual({ words: [0, 6] });
  });

  it('has the numbers of the list that it is compared with', () => {
    const hot = (g: GraphBuilder, words: Value) =>
      g.node('Cast', [g.node('Equal', [words, g.constant('list', integers([0, 1, 2, 3, 4]))])], { to: 1 });
    expect(ranges(hot)).toEqual({ words: [0, 4] });
  });

  it('is not known where it is asked for one number, computed with, or of another type', () => {
    const asked = (g: GraphBuilder, words: Value) =>
      g.node('Equal', [words, g.constant('pad', integers([7]))]);
    const moved = (g: GraphBuilder, words: Value) =>
      g.node('Gather', [table(g, 't', 9), g.add(words, g.constant('one', integers([1])))]);
    expect(ranges(asked)).toEqual({});
    expect(ranges(moved)).toEqual({});
    const cast = (g: GraphBuilder, words: Value) => g.node('Cast', [words], { to: 7 });
    expect(ranges((g, words) => g.node('Gather', [table(g, 't', 9), cast(g, words)]), 'uint8')).toEqual({});
  });
});
