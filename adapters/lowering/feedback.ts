/** Generation: outputs that are fed back into inputs, by position. */
import { at } from '../../common/at.js';
import type { ArtefactManifest } from '../../model/artefact/manifest.js';

interface Named {
  readonly name: string;
}

type Feedback = readonly { readonly input: number; readonly output: number }[];

/** The inputs of the next step: fed inputs have the data of their outputs, the others are unchanged. */
export function fed<Host extends { readonly data: unknown }>(
  inputs: readonly Host[],
  outputs: readonly Host['data'][],
  feedback: Feedback,
): Host[] {
  return inputs.map((host, place) => {
    const source = feedback.find(({ input }) => input === place);
    return source ? { ...host, data: at(outputs, source.output, 'outputs') } : host;
  });
}

/** Empty where the model does not generate. @throws Error where the graph has no such input or output */
export function feedbackOf(
  { generation }: ArtefactManifest,
  inputs: readonly Named[],
  outputs: readonly Named[],
): Feedback {
  const placeOf = (ports: readonly Named[], wanted: string) => {
    const place = ports.findIndex(({ name }) => name === wanted);
    if (place < 0) throw new Error(`${wanted} is not among the graph's inputs and outputs`);
    return place;
  };
  if (!generation) return [];
  return Object.entries(generation.feedback).map(([input, output]) => ({
    input: placeOf(inputs, input),
    output: placeOf(outputs, output),
  }));
}
