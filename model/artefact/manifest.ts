/**
 * The content-addressed artefact folder, which has everything that a worker of any language needs to run one cell:
 *
 * `artefact.json`          this manifest
 * `model.onnx`             the normalised model, weights inside
 * `file.onnx`              only of a user's model: the file itself with its dimensions bound (see `bound-file.ts`)
 * `graph.json`             the same model as a `Graph`
 * `weights.safetensors`    every weight and constant, by name, row-major in ONNX layout
 * `inputs.safetensors`     `<buffer>/<input name>`; in training also `<buffer>/labels` (int32 [batch, …])
 * `expected.safetensors`   expected values, float32 or float64:
 *    inference: `output/<buffer>/<output name>`; of the last step if the manifest has `generation`
 *    training:  `output/0/<logits name>` before any update, `losses` [steps] (loss before update s on buffer s mod
 *               buffers), `gradient/<parameter>` (at the first weights, buffer 0), `weight/<parameter>` after all steps
 */
import { z } from 'zod';
import { cellContent } from '../../common/run/content.js';
import { generation, mode, precision, tolerance, training } from '../workload.js';

export const artefactManifest = z.object({
  /** Version of the folder's format. */
  version: z.literal(1),
  /** Lower-case hexadecimal SHA-256 of everything except the expected values. */
  id: z.string().regex(/^[0-9a-f]{64}$/),
  /** What it computes; absent from folders of older versions. */
  content: cellContent.optional(),
  workload: z.string(),
  mode,
  batch: z.number().int().positive(),
  precision,
  seed: z.number().int().nonnegative(),
  /** Number of distinct input sets through which a measurement rotates. */
  buffers: z.number().int().positive(),
  /** Present if and only if `mode` is `training`. */
  training: training.optional(),
  generation: generation.optional(),
  tolerance,
  /** What computed the expected values, such as `onnx 1.23.1 ReferenceEvaluator, float64`; `none` if there are none yet. */
  reference: z.string(),
});
export type ArtefactManifest = z.infer<typeof artefactManifest>;

export const artefactFiles = {
  manifest: 'artefact.json',
  model: 'model.onnx',
  file: 'file.onnx',
  graph: 'graph.json',
  weights: 'weights.safetensors',
  inputs: 'inputs.safetensors',
  expected: 'expected.safetensors',
} as const;
