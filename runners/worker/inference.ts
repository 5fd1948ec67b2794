/** A loaded model that answers: timing, verifying and auditing it. */
import type { InferenceModel, Tensors } from '../../adapters/adapter.js';
import { defined } from '../../common/at.js';
import type { ArtefactManifest } from '../../model/artefact/manifest.js';
import { type LoadedModel, settingsOf, type TurnRequest, type WarmRequest } from './loaded-model.js';
import type { Clock } from './platform.js';
import { copyTensors, prefixed } from './tensors.js';
import { batchFor, timeLoop } from './timed-loop.js';

export function inference(model: InferenceModel, manifest: ArtefactManifest, clock: Clock): LoadedModel {
  const { buffers } = manifest;
  /** One entry a turn. */
  const kept: Tensors[] = [];
  let batch = 1;
  const read = (output: unknown) => copyTensors(model.read(output));
  const release = (output: unknown) => model.release?.(output);
  return {
    configuration: settingsOf(model.configuration),
    buffers,
    async warm({ minIterations, minNs, maxNs }: WarmRequest) {
      const limits = { minIterations, minNs, maxNs, maxIterations: Number.POSITIVE_INFINITY };
      const { samplesNs } = await timeLoop(
        clock,
        (iteration) => model.run(iteration % buffers),
        limits,
        release,
      );
      batch = batchFor(clock, samplesNs);
      return samplesNs;
    },
    async turn({ minNs, maxIterations, firstBuffer, auditIteration }: TurnRequest) {
      const limits = { minIterations: 1, minNs, maxNs: Number.POSITIVE_INFINITY, maxIterations };
      const perSample = Math.min(batch, maxIterations);
      const bufferOf = (iteration: number) => (firstBuffer + iteration) % buffers;
      let auditBuffer: number | undefined;
      const timing = await timeLoop(
        clock,
        (iteration) => model.run(bufferOf(iteration)),
        limits,
        (output, iteration, isLast) => {
          // Read at once: the framework may write its next output over this one. So it is the last of a batch.
          const isDue = iteration >= auditIteration && (iteration + 1) % perSample === 0;
          if (auditBuffer === undefined && (isDue || isLast)) {
            kept.push(read(output));
            auditBuffer = bufferOf(iteration);
          }
          release(output);
        },
        perSample,
      );
      return {
        ...timing,
        auditBuffer: defined(auditBuffer, 'an audited iteration'),
        losses: [],
        finite: true,
      };
    },
    async verify() {
      const tensors: Record<string, Tensors[string]> = {};
      for (let buffer = 0; buffer < buffers; buffer++) {
        const output = await model.run(buffer);
        Object.assign(tensors, prefixed(`output/${buffer}/`, read(output)));
        release(output);
      }
      return tensors;
    },
    audit: () => ({
      outputs: kept.length,
      tensors: Object.assign({}, ...kept.map((tensors, turn) => prefixed(`${turn}/`, tensors))) as Tensors,
    }),
    dispose: () => model.dispose(),
  };
}
