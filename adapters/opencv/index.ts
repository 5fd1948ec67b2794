/** OpenCV's module dnn, which imports ONNX itself. Driven by `touchstone_bridge.frameworks.opencv`. */
import type { Framework } from '../adapter.js';
import { importingInPython } from '../lowering/own-import.js';
import { ofBoth, ofClassic } from './deviations.js';

const title = 'OpenCV';

const common = {
  environmentName: 'opencv',
  distribution: 'opencv-python-headless',
  module: 'opencv',
  environment: () => ({}),
};

const framework: Framework = {
  name: 'opencv',
  title,
  homepage: 'https://opencv.org',
  targets: [
    {
      ...importingInPython({ title, deviations: [ofBoth, ofClassic] }),
      ...common,
      name: 'opencv/cpu',
      summary: 'the classic engine of its module dnn, in Python',
    },
    {
      ...importingInPython({ title, deviations: [ofBoth] }),
      ...common,
      name: 'opencv/new',
      summary: 'the graph engine that version 5 has added, in Python',
    },
  ],
};
export default framework;
