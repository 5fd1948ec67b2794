/**
 * Perturbed training sources. From initial weights that are off by one float32 rounding, training in float64 shows how far the
 * training itself amplifies errors that no float32 computation can avoid (its condition number: Higham, "Accuracy and Stability
 * of Numerical Algorithms", 2002, section 1.6). Two correct frameworks diverge by about as much.
 */

import { at } from '../common/at.js';
import { type ArtefactSource, digestOf } from '../model/artefact/source.js';
import type { Tensor } from '../model/graph.js';
import { uniform } from '../model/random.js';

/** Spacing of float32 numbers relative to their size, at its maximum. */
const epsilon = 2 ** -23;

/**
 * Each weight perturbed by ± epsilon, relative.
 *
 * @param sample number of the perturbation; the signs differ between samples
 */
export function perturbedSource(source: ArtefactSource, sample = 0): ArtefactSource {
  const { model, parameters, seed, workload } = source;
  // Measurements that are published depend on the names of these random streams.
  const stream = sample === 0 ? 'nudge' : `nudge-${sample}`;
  const initialisers = new Map(model.initialisers);
  for (const name of parameters) {
    const weight = initialisers.get(name);
    if (weight) initialisers.set(name, perturbed(weight, seed, `${stream}/${name}`));
  }
  const moved = { ...model, initialisers };
  return {
    ...source,
    workload: sample === 0 ? `${workload}-nudged` : `${workload}-nudged-${sample}`,
    model: moved,
    modelDigest: digestOf(source.modelDigest, moved),
  };
}

function perturbed(weight: Tensor, seed: number, stream: string): Tensor {
  const signs = uniform(seed, stream, weight.data.length, -1, 1);
  const data = Float32Array.from(
    weight.data as Float32Array,
    (value, index) => value * (1 + Math.sign(at(signs, index)) * epsilon),
  );
  return { ...weight, data };
}

/**
 * Relative error of the step length of Adam in float32: 0.999 is not a float32 number, and 1 − beta2ᵗ, computed in float32 as
 * in Keras, TensorFlow.js and MXNet, is off by 10⁻⁵ in the first steps, its square root by half of that.
 */
const stepFactor = 1 + 2 ** -17;

/** The same weights with steps that are longer by that relative error. */
export function longerStepsSource(source: ArtefactSource): ArtefactSource {
  const { training, workload } = source;
  if (!training) throw new Error(`workload ${workload} has no training`);
  const { optimiser } = training;
  return {
    ...source,
    workload: `${workload}-longer`,
    training: {
      ...training,
      optimiser: { ...optimiser, learningRate: stepFactor * optimiser.learningRate },
    },
  };
}
