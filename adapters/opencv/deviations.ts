/** What OpenCV 5.0.0 does not compute as ONNX defines it (found by `npm run conformance`). */
import { at, required } from '../../common/at.js';
import type { Graph } from '../adapter.js';
import { addedWindow, type Deviations } from '../lowering/own-import.js';

type Node = Graph['nodes'][number];
type Attributes = Node['attributes'];

const isSame = ({ auto_pad }: Attributes) => auto_pad === 'SAME_UPPER' || auto_pad === 'SAME_LOWER';

/** Behind batch and channels. */
const axesOf = ({ outputs }: Node, { values }: Graph) =>
  required(values, at(outputs, 0, 'outputs'), 'values').shape.length - 2;

/** Of both engines. */
export const ofBoth: Deviations = {
  AveragePool: addedWindow,
  Conv: ({ attributes }) =>
    attributes.auto_pad === 'SAME_LOWER' ? 'auto_pad SAME_LOWER is padded differently' : undefined,
  ConvTranspose({ attributes }) {
    if (attributes.output_shape !== undefined) return 'output_shape is not obeyed';
    return isSame(attributes) ? `auto_pad ${String(attributes.auto_pad)} gives another shape` : undefined;
  },
  LSTM({ attributes, outputs }) {
    if (attributes.clip !== undefined) return 'clip is not obeyed';
    return attributes.direction === 'reverse' && outputs[1]
      ? 'the last state of direction reverse is another one'
      : undefined;
  },
};

export const ofClassic: Deviations = {
  AveragePool: ({ attributes }) =>
    attributes.count_include_pad === 1 ? 'count_include_pad is not obeyed' : undefined,
  Conv: (node, graph) =>
    axesOf(node, graph) === 1 && [node.attributes.pads ?? []].flat().some((each) => each !== 0)
      ? 'one axis is padded differently'
      : undefined,
  ConvTranspose: (node, graph) => (axesOf(node, graph) === 1 ? 'one axis gets another length' : undefined),
  MaxPool: ({ attributes: { dilations } }) =>
    [dilations ?? []].flat().some((each) => Number(each) > 1) ? 'dilations are not obeyed' : undefined,
  LSTM: ({ outputs }) => (outputs[2] ? 'the last cell (Y_c) is given for every step' : undefined),
};
