/** Small models for tests. */
import { GraphBuilder } from '../../model/builder.js';
import type { Tensor } from '../../model/graph.js';
import { type ModelProto, proto } from '../../model/import/proto.js';

export function floats(values: readonly number[], shape: readonly number[] = [values.length]): Tensor {
  return { type: 'float32', shape, data: Float32Array.from(values) };
}

export function integers(values: readonly number[], shape: readonly number[] = [values.length]): Tensor {
  return { type: 'int64', shape, data: BigInt64Array.from(values, BigInt) };
}

/** The serialised graph that `build` builds. */
export function model(build: (graph: GraphBuilder) => void): Uint8Array {
  const graph = new GraphBuilder('test', 0);
  build(graph);
  return graph.finish().bytes;
}

/** A small convolutional classifier, in a few hundred bytes. */
export function smallModel(): Uint8Array {
  return model((graph) => {
    const image = graph.input('image', [1, 1, 4, 4]);
    const pooled = graph.maxPool(graph.relu(graph.conv(image, 'conv', 1, 2, 3, 1)), 2);
    const logits = graph.gemm(graph.flatten(pooled), 'fc', 8, 3, 1);
    graph.output(graph.softmax(logits), [1, 3]);
  });
}

/** A model after a change of its protobuf message. */
export function altered(bytes: Uint8Array, change: (model: ModelProto) => void): Uint8Array {
  const decoded: ModelProto = proto.ModelProto.decode(bytes);
  change(decoded);
  return proto.ModelProto.encode(decoded).finish();
}
