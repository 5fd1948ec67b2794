import { describe, expect, it } from 'vitest';
import { readModel } from '../../../model/import/read-model.js';
import { bindShapes } from '../../../model/inputs/bind-shapes.js';
import { altered, model } from '../models.js';

describe('dynamic dimensions', () => {
  const raw = readModel(
    altered(
      model((graph) => graph.output(graph.relu(graph.input('x', [1, 3, 8, 8])), [1, 3, 8, 8])),
      ({ graph }) => {
        const dims = graph?.input?.[0]?.type?.tensorType?.shape?.dim;
        dims?.splice(0, 1, { dimParam: 'batch' });
        dims?.splice(2, 2, {}, {});
      },
    ),
    'test',
  );

  it('are bound by the user', () => {
    expect(bindShapes(raw, { x: [2, 3, 5, 5] })).toEqual([
      { name: 'x', type: 'float32', shape: [2, 3, 5, 5] },
    ]);
  });

  it('that are not specified are reported with a proposal', () => {
    expect(() => bindShapes(raw, {})).toThrow(
      expect.objectContaining({
        message: 'the shape of x is dynamic',
        hint: 'specify it, for example --input x=1x3x224x224',
      }),
    );
  });

  const twoInputs = readModel(
    altered(
      model((graph) => graph.output(graph.add(graph.input('a', [2, 3]), graph.input('b b', [2, 3])), [2, 3])),
      ({ graph }) => {
        for (const input of graph?.input ?? []) {
          input.type?.tensorType?.shape?.dim?.splice(0, 1, { dimParam: 'N' });
        }
      },
    ),
    'test',
  );

  it('with a name are bound by the other input that has them', () => {
    expect(bindShapes(twoInputs, { a: [8, 3] }).map(({ shape }) => shape)).toEqual([
      [8, 3],
      [8, 3],
    ]);
  });

  it('are proposed with the quotes that a shell needs', () => {
    expect(() => bindShapes(twoInputs, {})).toThrow(
      expect.objectContaining({ hint: "specify it, for example --input a=1x3 --input 'b b=1x3'" }),
    );
  });

  it('of images with channels last are proposed as such', () => {
    const last = readModel(
      altered(
        model((graph) => graph.output(graph.relu(graph.input('x', [1, 8, 8, 3])), [1, 8, 8, 3])),
        ({ graph }) => {
          graph?.input?.[0]?.type?.tensorType?.shape?.dim?.splice(0, 3, {}, {}, {});
        },
      ),
      'test',
    );
    expect(() => bindShapes(last, {})).toThrow(
      expect.objectContaining({ hint: 'specify it, for example --input x=1x224x224x3' }),
    );
  });

  it('may belong to an input named like a property of every object', () => {
    const odd = readModel(
      model((graph) => graph.output(graph.relu(graph.input('toString', [2])), [2])),
      'test',
    );
    expect(bindShapes(odd, {})).toEqual([{ name: 'toString', type: 'float32', shape: [2] }]);
  });

  it.each([
    [{ y: [1] }, /the model has no input y/],
    [{ x: [1, 3] }, /input x has 4 dimensions in the model, but 2 in --input/],
    [{ x: [1, 4, 8, 8] }, /dimension 2 of input x is 3 in the model, but 4 in --input/],
  ] as const)('bound wrongly are rejected: %j', (shapes, message) => {
    expect(() => bindShapes(raw, shapes)).toThrow(message);
  });
});
