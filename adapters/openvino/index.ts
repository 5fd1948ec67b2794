/** OpenVINO, an inference engine that imports ONNX itself. Driven by `touchstone_bridge.frameworks.openvino`. */
import type { Framework } from '../adapter.js';
import { importingInPython } from '../lowering/own-import.js';
import { deviations } from './deviations.js';

const title = 'OpenVINO';

const framework: Framework = {
  name: 'openvino',
  title,
  homepage: 'https://docs.openvino.ai',
  targets: [
    {
      ...importingInPython({
        title,
        deviations: [deviations],
        // It converts them when it compiles.
        held: (type) => (type === 'float16' ? 'float32' : type),
      }),
      name: 'openvino/cpu',
      compiles: true,
      summary: 'one stream on the CPU, tuned for latency, in float32, in Python',
      environmentName: 'openvino',
      distribution: 'openvino',
      module: 'openvino',
      environment: () => ({}),
    },
  ],
};
export default framework;
