/** Which outputs become which inputs, by place. */
import type { ArtefactManifest } from '../../suites/onnx/artefact-manifest.js';

interface Named {
  readonly name: string;
}

/** Nothing where the model does not generate. @throws Error where the graph has no such input or output */
export function feedbackOf(
  { generation }: ArtefactManifest,
  inputs: readonly Named[],
  outputs: readonly Named[],
): readonly { readonly input: number; readonly output: number }[] {
  const placeOf = (ports: readonly Named[], wanted: string) => {
    const place = ports.findIndex(({ name }) => name === wanted);
    if (place < 0) throw new Error(`${wanted} is not among the graph's inputs and outputs`);
    return place;
  };
  return Object.entries(generation?.feedback ?? {}).map(([input, output]) => ({
    input: placeOf(inputs, input),
    output: placeOf(outputs, output),
  }));
}
