/**
 * The artefact folder: everything that a worker needs to run one cell, whatever its language, by content address.
 *
 * `artefact.json`          this manifest
 * `model.onnx`             the normalised model, weights inside
 * `graph.json`             the same model as a `Graph`
 * `weights.safetensors`    every weight and constant, by name, row-major in ONNX layout
 * `inputs.safetensors`     `<buffer>/<input name>`; in training also `<buffer>/labels` (int32 [batch, …])
 * `expected.safetensors`   the reference, float32 or float64:
 *    inference: `output/<buffer>/<output name>`, of the last step where the manifest says that it generates
 *    training:  `output/0/<logits name>` before any update, `losses` [steps] (loss before update s on buffer s mod
 *               buffers), `gradient/<parameter>` (at the first weights, buffer 0), `weight/<parameter>` after all steps
 */
import { z } from 'zod';
import { generation, mode, precision, tolerance, training } from '../workload.js';

export const artefactManifest = z.object({
  /** Format of this folder. */
  version: z.literal(1),
  /** Lower-case hexadecimal SHA-256 over everything but the reference. */
  id: z.string().regex(/^[0-9a-f]{64}$/),
  workload: z.string(),
  mode,
  batch: z.number().int().positive(),
  precision,
  seed: z.number().int().nonnegative(),
  /** Distinct input buffers that a measurement rotates through. */
  buffers: z.number().int().positive(),
  /** Present exactly when `mode` is `training`. */
  training: training.optional(),
  generation: generation.optional(),
  tolerance,
  /** Who computed the reference, such as `onnx 1.23.1 ReferenceEvaluator, float64`. */
  reference: z.string(),
});
export type ArtefactManifest = z.infer<typeof artefactManifest>;

export const artefactFiles = {
  manifest: 'artefact.json',
  model: 'model.onnx',
  graph: 'graph.json',
  weights: 'weights.safetensors',
  inputs: 'inputs.safetensors',
  expected: 'expected.safetensors',
} as const;
