/** What tract 0.23.9 does not compute as ONNX defines it (found by `npm run conformance`). */
import { type Deviations, unusualActivation } from '../lowering/own-import.js';

export const deviations: Deviations = {
  ConvTranspose: ({ attributes }) =>
    attributes.output_shape === undefined ? undefined : 'output_shape is not obeyed',
  LSTM(node) {
    if (node.attributes.direction === 'reverse') return 'direction reverse is computed differently';
    if (node.attributes.clip !== undefined) return 'clip is not obeyed';
    const other = unusualActivation(node);
    return other === undefined ? undefined : `activation ${other} is not obeyed`;
  },
};
