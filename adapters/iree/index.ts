/** IREE, a compiler and runtime that imports ONNX itself. Driven by `touchstone_bridge.frameworks.iree`. */
import type { Framework } from '../adapter.js';
import { importingInPython } from '../lowering/own-import.js';
import { deviations } from './deviations.js';

const title = 'IREE';

const framework: Framework = {
  name: 'iree',
  title,
  homepage: 'https://iree.dev',
  targets: [
    {
      ...importingInPython({ title, deviations: [deviations] }),
      name: 'iree/cpu',
      compiles: true,
      summary: 'compiled by LLVM for this processor, in Python',
      environmentName: 'iree',
      distribution: 'iree-base-compiler',
      module: 'iree',
      environment: () => ({}),
    },
  ],
};
export default framework;
