/** All conformance cases as artefacts, with the expected values committed in `suites/references/conformance.safetensors`. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { at } from '../../common/at.js';
import { TouchstoneError } from '../../common/errors.js';
import { projectRoot } from '../../common/paths.js';
import { type Artefact, sourceArtefact } from '../../model/artefact/artefact.js';
import { artefactFiles } from '../../model/artefact/manifest.js';
import type { ArtefactSource } from '../../model/artefact/source.js';
import { GraphBuilder } from '../../model/builder.js';
import type { Tensors } from '../../model/graph.js';
import { readModel } from '../../model/import/read-model.js';
import { bindShapes } from '../../model/inputs/bind-shapes.js';
import { randomInputs } from '../../model/inputs/random-inputs.js';
import { writeTensors } from '../../model/safetensors.js';
import { parseTensors } from '../../model/safetensors-bytes.js';
import type { Mode, Tolerance, Training } from '../../model/workload.js';
import { advantages, type BuildGraph, buffers, labels, seed } from './case-graph.js';
import { cases } from './cases.js';
import { generationCases, type Loop } from './generation-cases.js';
import { trainable } from './trainable.js';
import { trainingCases } from './training-cases.js';
import { defaultTraining, updateRuleCases } from './update-rule-cases.js';

export interface ConformanceCase {
  /** `convolutions: two groups` */
  readonly name: string;
  readonly mode: Mode;
  readonly build: BuildGraph;
  /** Default: `defaultTraining`. */
  readonly training?: Training;
  readonly loop?: Loop;
}

/**
 * Relative per tensor: float32 against float64 on few numbers. Losses and weights are those of three steps, in which a loss may
 * be close to zero and a weight may move by a few float32 roundings; another convention of momentum still exceeds these bounds.
 */
const tolerance: Tolerance = { output: 1e-5, loss: 1e-2, gradient: 1e-4, weight: 1e-2 };
export const conformanceReferences = join(projectRoot, 'suites/references/conformance.safetensors');

/** Every case in inference and as a trainable model; small networks in training; generation loops; update rules and losses. */
export function conformanceCases(): ConformanceCase[] {
  const forward = Object.entries(cases).flatMap(([group, own]) =>
    Object.entries(own).map(([name, build]) => ({ name: `${group}: ${name}`, build })),
  );
  const networks = Object.entries(trainingCases).map(([name, build]) => ({
    name: `networks: ${name}`,
    build,
  }));
  return [
    ...forward.map((each) => ({ ...each, mode: 'inference' as const })),
    ...forward.map(({ name, build }) => ({ name, build: trainable(build), mode: 'training' as const })),
    ...networks.map((each) => ({ ...each, mode: 'training' as const })),
    ...Object.entries(generationCases).map(([name, loop]) => ({
      name: `generation: ${name}`,
      mode: 'inference' as const,
      ...loop,
    })),
    ...Object.entries(updateRuleCases).map(([name, rule]) => ({
      name: `training rules: ${name}`,
      mode: 'training' as const,
      ...rule,
    })),
  ];
}

/** The artefact of a case. @throws TouchstoneError('internal') if the committed references are of another version of it */
export async function conformanceArtefact(testCase: ConformanceCase): Promise<Artefact> {
  const { fingerprint, byArtefact } = await committed();
  return sourceArtefact(sourceOf(testCase), {
    fingerprint,
    async write(id, folder) {
      const expected = byArtefact.get(id);
      if (!expected) {
        throw new TouchstoneError(
          'internal',
          `there is no committed reference for ${testCase.name} (${testCase.mode})`,
          {
            hint: 'make them with `npm run references`',
          },
        );
      }
      await writeTensors(join(folder, artefactFiles.expected), expected);
      return 'onnx ReferenceEvaluator, float64; gradients by its central differences';
    },
  });
}

/** The artefact without expected values: the input of `npm run references`. */
export async function unreferencedCase(testCase: ConformanceCase): Promise<Artefact> {
  return sourceArtefact(sourceOf(testCase));
}

interface Committed {
  /** Fingerprint of the committed file. */
  readonly fingerprint: string;
  readonly byArtefact: ReadonlyMap<string, Tensors>;
}

let cached: Promise<Committed> | undefined;

function committed(): Promise<Committed> {
  cached ??= readCommitted();
  return cached;
}

async function readCommitted(): Promise<Committed> {
  const bytes = await readFile(conformanceReferences);
  const byArtefact = new Map<string, Record<string, Tensors[string]>>();
  for (const [name, tensor] of Object.entries(parseTensors(bytes, conformanceReferences))) {
    const slash = name.indexOf('/');
    const id = name.slice(0, slash);
    const found = byArtefact.get(id) ?? {};
    found[name.slice(slash + 1)] = tensor;
    byArtefact.set(id, found);
  }
  return { fingerprint: createHash('sha256').update(bytes).digest('hex').slice(0, 8), byArtefact };
}

/** In training the output is taken as logits [batch, …, classes]. */
export function sourceOf({
  build,
  mode,
  training = defaultTraining,
  loop,
}: Pick<ConformanceCase, 'build' | 'mode' | 'training' | 'loop'>): ArtefactSource {
  const builder = new GraphBuilder('conformance', seed);
  const [output, shape] = build(builder);
  builder.output(output, shape);
  const built = builder.finish();
  const model = readModel(built.bytes, 'conformance');
  const inputInfo = bindShapes(model, {});
  const [batch, classes] = [at(shape, 0), at(shape, -1)];
  const isTraining = mode === 'training';
  return {
    workload: 'conformance',
    mode,
    batch,
    seed,
    model,
    modelDigest: createHash('sha256').update(built.bytes).digest(),
    parameters: isTraining ? built.parameters : [],
    inputInfo,
    inputs: Array.from({ length: buffers }, (_, buffer) => ({
      ...randomInputs(inputInfo, seed, buffer),
      ...(isTraining ? { labels: labels(shape.slice(0, -1), classes, buffer) } : {}),
      ...(isTraining && training.loss === 'policy-gradient' ? { advantages: advantages(batch, buffer) } : {}),
    })),
    ...(isTraining ? { training } : {}),
    ...(loop ? { generation: { steps: loop.steps, feedback: { [loop.input]: output } } } : {}),
    tolerance,
  };
}
