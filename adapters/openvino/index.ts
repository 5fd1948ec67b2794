/** OpenVINO, an inference engine that imports ONNX itself. Driven by `touchstone_bridge.frameworks.openvino`. */
import type { Framework } from '../adapter.js';
import { halfInSingle, importingInPython } from '../lowering/own-import.js';
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
        held: halfInSingle,
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
