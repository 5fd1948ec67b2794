/** Small models that are run as loops over themselves: an output of each run is an input of the next. */
import { type Draw, tensor } from './draw.js';

export interface Loop {
  readonly steps: number;
  /** That is fed the model's output. */
  readonly input: string;
}

export const loops: Readonly<Record<string, { readonly draw: Draw; readonly loop: Loop }>> = {
  'a state fed back': {
    loop: { steps: 5, input: 'state' },
    draw(g) {
      const seen = g.gemm(g.input('x', [2, 3]), 'seen', 3, 4, 1);
      const kept = g.node('MatMul', [g.input('state', [2, 4]), g.constant('kept', tensor([4, 4]))]);
      return [g.node('Tanh', [g.node('Add', [seen, kept])]), [2, 4]];
    },
  },
  'the state of an LSTM fed back': {
    loop: { steps: 4, input: 'state' },
    draw(g) {
      const x = g.input('x', [1, 2, 3]);
      const states = [g.input('state', [1, 2, 4]), g.input('cell', [1, 2, 4])] as const;
      const [last = ''] = g.lstmLayer(x, 'lstm', { inputs: 3, hidden: 4, states }, ['last']);
      return [last, [1, 2, 4]];
    },
  },
  'a choice fed back': {
    loop: { steps: 6, input: 'x' },
    draw(g) {
      const best = g.node('ArgMax', [g.gemm(g.input('x', [2, 5]), 'scores', 5, 5, 1)], {
        axis: 1,
        keepdims: 0,
      });
      return [g.node('Gather', [g.constant('rows', tensor([5, 5])), best], { axis: 0 }), [2, 5]];
    },
  },
};
