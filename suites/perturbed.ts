/**
 * A source whose first weights are off by about one rounding of float32 each: what becomes of it in float64 tells how much the
 * training itself makes of errors that no float32 computation can avoid (its condition: Higham, "Accuracy and Stability of
 * Numerical Algorithms", 2002, section 1.6). Two frameworks that do the same part by about as much.
 */

import { type ArtefactSource, digestOf } from '../model/artefact/source.js';
import type { Tensor } from '../model/graph.js';
import { uniform } from '../model/random.js';

/** The distance from one float32 to the next, relative to it, where that is largest. */
const rounding = 2 ** -23;

/** @param sample other signs in each */
export function nudgedSource(source: ArtefactSource, sample = 0): ArtefactSource {
  const { model, parameters, seed, workload } = source;
  const stream = sample === 0 ? 'nudge' : `nudge-${sample}`;
  const initialisers = new Map(model.initialisers);
  for (const name of parameters) {
    const weight = initialisers.get(name);
    if (weight) initialisers.set(name, nudged(weight, seed, `${stream}/${name}`));
  }
  const moved = { ...model, initialisers };
  return {
    ...source,
    workload: sample === 0 ? `${workload}-nudged` : `${workload}-nudged-${sample}`,
    model: moved,
    modelDigest: digestOf(source.modelDigest, moved),
  };
}

function nudged(weight: Tensor, seed: number, stream: string): Tensor {
  const signs = uniform(seed, stream, weight.data.length, -1, 1);
  const data = Float32Array.from(
    weight.data as Float32Array,
    (value, index) => value * (1 + Math.sign(signs[index] ?? 0) * rounding),
  );
  return { ...weight, data };
}

/**
 * How far off a float32 computation of Adam's steps may be: 0.999 is no float32, and 1 − beta2ᵗ, taken from one in
 * float32 as Keras, TensorFlow.js and MXNet take it, has an error of a part in 10⁵ in the first steps, its root of half as much.
 */
const longer = 1 + 2 ** -17;

/** A source whose steps are all longer by as much: the same weights, by another learning rate. */
export function longerStepsSource(source: ArtefactSource): ArtefactSource {
  const { training, workload } = source;
  if (!training) throw new Error(`${workload} does not train`);
  const { optimiser } = training;
  return {
    ...source,
    workload: `${workload}-longer`,
    training: {
      ...training,
      optimiser: { ...optimiser, learningRate: longer * optimiser.learningRate },
    },
  };
}
