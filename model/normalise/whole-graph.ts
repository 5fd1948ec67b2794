/** A file as one node: its inputs are known, and its outputs are what ONNX Runtime makes of it once. */
import { required } from '../../common/at.js';
import { messageOf, TouchstoneError } from '../../common/errors.js';
import type { Graph, TensorInfo, Tensors, Whole } from '../graph.js';
import type { RawModel } from '../import/raw-model.js';
import { modelError } from '../model-error.js';
import type { NormalisedModel } from './normalise.js';
import type { Observe } from './observe-nodes.js';

/** The operator of the only node, which ONNX does not have. */
const operator = 'WholeFile';

/**
 * @param file with its dimensions bound
 * @throws TouchstoneError('model') where ONNX Runtime cannot run it either, or an output has a type that graphs lack
 */
export async function wholeGraph(
  { name, opset, outputs: names }: RawModel,
  whole: Whole,
  file: Uint8Array,
  inputs: readonly TensorInfo[],
  sample: Tensors,
  observe: Observe,
): Promise<NormalisedModel> {
  const { values } = await observe(file, sample, []).catch((error: unknown) => {
    throw modelError(
      `${whole.reason}; ${messageOf(error)}`,
      error instanceof TouchstoneError ? error.hint : undefined,
    );
  });
  const outputs = names.map((output) => required(values, output, 'observed outputs'));
  const graph: Graph = {
    name,
    whole,
    opset,
    inputs: [...inputs],
    outputs,
    weights: [],
    parameters: [],
    nodes: [
      {
        name: operator,
        operator,
        inputs: inputs.map((input) => input.name),
        outputs: [...names],
        attributes: {},
      },
    ],
    values: Object.fromEntries([...inputs, ...outputs].map((info) => [info.name, info])),
  };
  return { graph, weights: {}, bytes: file };
}
