/**
 * A convolutional stem, a grouped convolution and one transformer encoder layer: the operators of current vision networks that no
 * framework has as one layer, beside convolutions that every framework has.
 *
 * Definition of this project. Its parts: a patch stem of 4 × 4 with stride 4 (Dosovitskiy et al., "An image is worth 16x16 words",
 * 2021), the grouped 3 × 3 convolution of ResNeXt (Xie et al., "Aggregated residual transformations", 2017) with eight groups, and
 * the encoder layer of Vaswani et al., "Attention is all you need" (2017), section 3.1, normalised behind each addition, with four
 * heads over the 64 positions. Their mean goes to a linear layer of ten classes. It is small, so that the cost of a call and of each
 * operator shows beside the arithmetic.
 *
 * Parameters: stem 3·16·64 + 64; grouped 8·9·64 + 64; attention 4·(64² + 64); feed-forward 2·64·128 + 128 + 64; two
 * normalisations 4·64; classes 650: 41,930.
 */

import type { GraphBuilder, ValueName } from '../../model/builder.js';
import { uniform } from '../../model/random.js';
import { classifier } from '../classifier.js';

const width = 64;
const positions = 64;
const heads = 4;
const perHead = width / heads;
const feedForward = 128;
const groups = 8;
const classes = 10;

export default classifier({
  name: 'attention-cnn',
  title: 'grouped convolution and a transformer encoder layer on drawn images of 32 × 32',
  source: 'definition of this project, after Xie et al. (2017) and Vaswani et al. (2017), 3.1',
  family: 'cnn',
  batches: [1, 64],
  parameterCount: 41_930,
  multiplyAdds:
    positions * width * (48 + 9 * (width / groups) + 4 * width + 2 * positions + 2 * feedForward) +
    width * classes,
  example: [3, 32, 32],
  classes,
  logits(graph, x, _mode, batch) {
    const stem = { channels: 3, filters: width, kernel: [4, 4], stride: 4 };
    const patches = graph.relu(graph.convolution(x, 'stem', stem));
    const grouped = { channels: width, filters: width, kernel: [3, 3], pad: 1, groups };
    const image = graph.relu(graph.convolution(patches, 'grouped', grouped));
    const tokens = graph.transpose(graph.reshape(image, [batch, width, positions]), [0, 2, 1]);
    const encoded = encoderLayer(graph, tokens, batch);
    const mean = graph.node('ReduceMean', [encoded], { axes: [1], keepdims: 0 });
    return graph.gemm(mean, 'fc', width, classes, 1);
  },
});

/** [batch, positions, width] → the same shape. */
function encoderLayer(graph: GraphBuilder, x: ValueName, batch: number): ValueName {
  const attended = layerNormalisation(graph, graph.add(x, attention(graph, x, batch)), 'norm1');
  const wide = graph.relu(graph.linear(attended, 'linear1', width, feedForward, 2));
  const forward = graph.linear(wide, 'linear2', feedForward, width, 1);
  return layerNormalisation(graph, graph.add(attended, forward), 'norm2');
}

function attention(graph: GraphBuilder, x: ValueName, batch: number): ValueName {
  const project = (name: string, order: readonly number[]) => {
    const all = graph.linear(x, name, width, width, 1);
    return graph.transpose(graph.reshape(all, [batch, positions, heads, perHead]), order);
  };
  const query = project('query', [0, 2, 1, 3]);
  const key = project('key', [0, 2, 3, 1]);
  const value = project('value', [0, 2, 1, 3]);
  const scores = graph.node('Mul', [
    graph.node('MatMul', [query, key]),
    graph.scalar('scale', perHead ** -0.5),
  ]);
  const mixed = graph.node('MatMul', [graph.softmax(scores), value]);
  const joined = graph.reshape(graph.transpose(mixed, [0, 2, 1, 3]), [batch, positions, width]);
  return graph.linear(joined, 'projection', width, width, 1);
}

function layerNormalisation(graph: GraphBuilder, x: ValueName, name: string): ValueName {
  const around = (part: string, middle: number) => {
    const data = uniform(0, `${name}.${part}`, width, middle - 0.1, middle + 0.1);
    return graph.parameterOf(`${name}.${part}`, { type: 'float32', shape: [width], data });
  };
  const inputs = [x, around('weight', 1), around('bias', 0)];
  return graph.node('LayerNormalization', inputs, { axis: -1, epsilon: 1e-5 });
}
