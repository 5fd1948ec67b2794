/** The cases as artefacts, with the expected values that are committed in `suites/references/conformance.safetensors`. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
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
import { parseTensors, writeTensors } from '../../model/safetensors.js';
import type { Mode, Tolerance, Training } from '../../model/workload.js';
import { cases } from './cases.js';
import { advantages, buffers, type Draw, labels, seed } from './draw.js';
import { type Loop, loops } from './generation-cases.js';
import { learning } from './trainable.js';
import * as learningCases from './training-cases.js';
import { rules, usual } from './update-rule-cases.js';

export interface ConformanceCase {
  /** `convolutions: two groups` */
  readonly name: string;
  readonly mode: Mode;
  readonly draw: Draw;
  /** The usual where nothing is said. */
  readonly training?: Training;
  readonly loop?: Loop;
}

/**
 * Relative, per tensor: float32 against float64 on a handful of numbers. Losses and weights are those of three steps, in
 * which a loss may come near to zero and a weight move by a few of its own last digits; another convention of momentum
 * is far outside all the same.
 */
const tolerance: Tolerance = { output: 1e-5, loss: 1e-2, gradient: 1e-4, weight: 1e-2 };
export const conformanceReferences = join(projectRoot, 'suites/references/conformance.safetensors');

/** Every case forward, every case with what learns around it, small nets that learn, loops, and the rules of learning. */
export function conformanceCases(): ConformanceCase[] {
  const forward = Object.entries(cases).flatMap(([group, draws]) =>
    Object.entries(draws).map(([name, draw]) => ({ name: `${group}: ${name}`, draw })),
  );
  const nets = Object.entries(learningCases).map(([name, draw]) => ({ name: `nets: ${name}`, draw }));
  return [
    ...forward.map((each) => ({ ...each, mode: 'inference' as const })),
    ...forward.map(({ name, draw }) => ({ name, draw: learning(draw), mode: 'training' as const })),
    ...nets.map((each) => ({ ...each, mode: 'training' as const })),
    ...Object.entries(loops).map(([name, loop]) => ({
      name: `loops: ${name}`,
      mode: 'inference' as const,
      ...loop,
    })),
    ...Object.entries(rules).map(([name, rule]) => ({
      name: `rules: ${name}`,
      mode: 'training' as const,
      ...rule,
    })),
  ];
}

/** With its expected values. @throws TouchstoneError('internal') where the committed ones are of another version */
export async function conformanceArtefact(one: ConformanceCase): Promise<Artefact> {
  const { fingerprint, byArtefact } = await committed();
  return sourceArtefact(sourceOf(one), {
    fingerprint,
    async write(id, folder) {
      const expected = byArtefact.get(id);
      if (!expected) {
        throw new TouchstoneError('internal', `there are no references for ${one.name} (${one.mode})`, {
          hint: 'make them with `npm run references`',
        });
      }
      await writeTensors(join(folder, artefactFiles.expected), expected);
      return 'onnx ReferenceEvaluator, float64; gradients by its central differences';
    },
  });
}

/** Without expected values: what `npm run references` starts from. */
export async function unreferencedCase(one: ConformanceCase): Promise<Artefact> {
  return sourceArtefact(sourceOf(one));
}

interface Committed {
  /** Of the file. */
  readonly fingerprint: string;
  readonly byArtefact: ReadonlyMap<string, Tensors>;
}

let known: Promise<Committed> | undefined;

function committed(): Promise<Committed> {
  known ??= readCommitted();
  return known;
}

async function readCommitted(): Promise<Committed> {
  const bytes = await readFile(conformanceReferences);
  const byArtefact = new Map<string, Record<string, Tensors[string]>>();
  for (const [name, tensor] of Object.entries(parseTensors(bytes, conformanceReferences))) {
    const [id = '', ...rest] = name.split('/');
    const found = byArtefact.get(id) ?? {};
    found[rest.join('/')] = tensor;
    byArtefact.set(id, found);
  }
  return { fingerprint: createHash('sha256').update(bytes).digest('hex').slice(0, 8), byArtefact };
}

/** In training the output is logits [batch, …, classes] and the labels count up. */
export function sourceOf({
  draw,
  mode,
  training = usual,
  loop,
}: Pick<ConformanceCase, 'draw' | 'mode' | 'training' | 'loop'>): ArtefactSource {
  const builder = new GraphBuilder('conformance', seed);
  const [output, shape] = draw(builder);
  builder.output(output, shape);
  const built = builder.finish();
  const model = readModel(built.bytes, 'conformance');
  const inputInfo = bindShapes(model, {});
  const [batch = 1] = shape;
  const classes = shape.at(-1) ?? 1;
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
