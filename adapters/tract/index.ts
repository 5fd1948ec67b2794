/** tract, an inference engine in Rust that imports ONNX itself. Driven by `touchstone_bridge.frameworks.tract`. */
import type { Framework } from '../adapter.js';
import { importingInPython } from '../lowering/own-import.js';
import { deviations } from './deviations.js';

const title = 'tract';

const framework: Framework = {
  name: 'tract',
  title,
  homepage: 'https://github.com/sonos/tract',
  targets: [
    {
      ...importingInPython({ title, deviations: [deviations] }),
      name: 'tract/cpu',
      summary: "Sonos' engine in Rust, which computes on one thread, in Python",
      environmentName: 'tract',
      distribution: 'tract',
      module: 'tract',
      environment: () => ({}),
    },
  ],
};
export default framework;
