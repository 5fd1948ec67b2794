/** What OpenVINO 2026.4.1 does not compute as ONNX defines it (found by `npm run conformance`). */
import { addedWindow, type Deviations } from '../lowering/own-import.js';

export const deviations: Deviations = { AveragePool: addedWindow };
