/** What IREE 3.13.0 does not compute as ONNX defines it (found by `npm run conformance`). */
import { addedWindow, type Deviations, unusualActivation } from '../lowering/own-import.js';

export const deviations: Deviations = {
  AveragePool: addedWindow,
  LSTM(node) {
    if (node.inputs[4]) return 'sequence_lens is not obeyed';
    const other = unusualActivation(node);
    return other === undefined ? undefined : `activation ${other} is not obeyed`;
  },
};
