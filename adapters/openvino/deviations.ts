/** What OpenVINO 2026.4.1 does not compute as ONNX defines it (found by `npm run conformance`). */
import type { Deviations } from '../lowering/own-import.js';

export const deviations: Deviations = {
  AveragePool: ({ attributes: { ceil_mode, count_include_pad } }) =>
    ceil_mode === 1 && count_include_pad === 1
      ? 'ceil_mode with count_include_pad is averaged differently'
      : undefined,
};
