/** What tract 0.23.9 does not compute as ONNX defines it (found by `npm run conformance`). */
import type { Deviations } from '../lowering/own-import.js';

/** Those that an LSTM has where it names none, for each direction. */
const usual = ['sigmoid', 'tanh', 'tanh'];

export const deviations: Deviations = {
  ConvTranspose: ({ attributes }) =>
    attributes.output_shape === undefined ? undefined : 'output_shape is not obeyed',
  LSTM({ attributes: { direction, clip, activations = [] } }) {
    if (direction === 'reverse') return 'direction reverse is computed differently';
    if (clip !== undefined) return 'clip is not obeyed';
    const other = [activations]
      .flat()
      .find((each, place) => String(each).toLowerCase() !== usual[place % usual.length]);
    return other === undefined ? undefined : `activation ${String(other)} is not obeyed`;
  },
};
