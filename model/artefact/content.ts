/** The content of a cell from what its artefact is made from. */
import { createHash } from 'node:crypto';
import type { CellContent } from '../../common/run/content.js';
import type { Generation, Training } from '../workload.js';
import { addTensor, byName, shortDigest } from './digests.js';
import type { ArtefactSource } from './source.js';

/**
 * Without what Touchstone adds of its own: tolerances, steps of the parity check, drawn inputs. Equal for equal computations whatever
 * their files and workloads are called.
 */
export function contentOf(source: ArtefactSource): CellContent {
  const { mode, model, inputInfo, training, generation, given } = source;
  const hash = createHash('sha256').update(model.structure());
  for (const [name, tensor] of byName(model.initialisers)) addTensor(hash, name, tensor);
  const settings = settingsText(training, generation);
  const parts = {
    model: shortDigest(hash),
    inputs: Object.fromEntries(
      byName(inputInfo.map(({ name, type, shape }) => [name, `${type} ${shape.join('x') || 'scalar'}`])),
    ),
    ...(settings === undefined ? {} : { settings }),
    ...(given === undefined ? {} : { data: given }),
  };
  const digest = shortDigest(createHash('sha256').update(JSON.stringify([mode, parts])));
  return { digest, ...parts };
}

function settingsText(training?: Training, generation?: Generation): string | undefined {
  if (training) {
    const { name, ...rates } = training.optimiser;
    return [training.loss, name, ...byName(Object.entries(rates)).map((rate) => rate.join(' '))].join(', ');
  }
  if (!generation) return undefined;
  const loops = byName(Object.entries(generation.feedback)).map(([input, output]) => `${output} to ${input}`);
  return [`${generation.steps} steps`, ...loops].join(', ');
}
