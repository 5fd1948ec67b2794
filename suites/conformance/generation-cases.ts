/** Generation cases: small models that are run in a loop, in which the output of a run is an input of the next. */
import { type BuildGraph, tensor } from './case-graph.js';

export interface Loop {
  readonly steps: number;
  /** The input to which the model's output is fed back. */
  readonly input: string;
}

export const generationCases: Readonly<Record<string, { readonly build: BuildGraph; readonly loop: Loop }>> =
  {
    'a state fed back': {
      loop: { steps: 5, input: 'state' },
      build(g) {
        const read = g.gemm(g.input('x', [2, 3]), 'seen', 3, 4, 1);
        const recurrent = g.node('MatMul', [g.input('state', [2, 4]), g.constant('kept', tensor([4, 4]))]);
        return [g.node('Tanh', [g.node('Add', [read, recurrent])]), [2, 4]];
      },
    },
    'the state of an LSTM fed back': {
      loop: { steps: 4, input: 'state' },
      build(g) {
        const x = g.input('x', [1, 2, 3]);
        const states = [g.input('state', [1, 2, 4]), g.input('cell', [1, 2, 4])] as const;
        const [last] = g.lstmLayer(x, 'lstm', { inputs: 3, hidden: 4, states }, ['last']);
        return [last, [1, 2, 4]];
      },
    },
    'a selected class fed back': {
      loop: { steps: 6, input: 'x' },
      build(g) {
        const best = g.node('ArgMax', [g.gemm(g.input('x', [2, 5]), 'scores', 5, 5, 1)], {
          axis: 1,
          keepdims: 0,
        });
        return [g.node('Gather', [g.constant('rows', tensor([5, 5])), best], { axis: 0 }), [2, 5]];
      },
    },
  };
