/** A loaded model that answers: timing, verifying and auditing it. */
import type { InferenceModel, Tensors } from '../../adapters/adapter.js';
import { defined } from '../../common/at.js';
import type { ArtefactManifest } from '../../model/artefact/manifest.js';
import type { Results } from '../protocol/messages.js';
import { provingLoops } from './finished.js';
import { type LoadedModel, settingsOf, type TurnRequest, type WarmRequest } from './loaded-model.js';
import type { Clock } from './platform.js';
import { copyTensors, prefixed } from './tensors.js';
import { queued } from './throughput.js';
import { type AfterIteration, batchFor } from './timed-loop.js';
import { wearOf } from './wear.js';

export function inference(given: InferenceModel, manifest: ArtefactManifest, clock: Clock): LoadedModel {
  const { buffers } = manifest;
  const { model, left, renew } = wearOf(given);
  /** One entry a turn. */
  const kept: Tensors[] = [];
  let batch = 1;
  const read = (output: unknown) => copyTensors(model.read(output));
  const release = (output: unknown) => model.release?.(output);
  const timed = provingLoops(clock, model, buffers);
  const { queue } = model;
  const queuedTurn =
    queue && queued(queue, { clock, buffers, read, release, keep: (last) => kept.push(last) });

  async function singleTurn(request: TurnRequest): Promise<Results['turn']> {
    const { minNs, firstBuffer, auditIteration } = request;
    await renew();
    const maxIterations = Math.min(request.maxIterations, left());
    const limits = { minIterations: 1, minNs, maxNs: Number.POSITIVE_INFINITY, maxIterations };
    const perSample = Math.min(batch, maxIterations);
    let auditBuffer: number | undefined;
    const keep: AfterIteration<unknown> = (output, iteration, isLast) => {
      // Read at once: the framework may write its next output over this one. So it is the last of a batch.
      const isDue = iteration >= auditIteration && (iteration + 1) % perSample === 0;
      if (auditBuffer === undefined && (isDue || isLast)) {
        kept.push(read(output));
        auditBuffer = (firstBuffer + iteration) % buffers;
      }
      release(output);
    };
    const timing = await timed(limits, firstBuffer, keep, perSample);
    return { ...timing, auditBuffer: defined(auditBuffer, 'an audited iteration'), losses: [], finite: true };
  }

  return {
    configuration: settingsOf(model.configuration),
    buffers,
    ...(queuedTurn ? { queues: true } : {}),
    async warm({ minIterations, minNs, maxNs }: WarmRequest) {
      await renew();
      const { samplesNs } = await timed(
        { minIterations, minNs, maxNs, maxIterations: left() },
        0,
        release,
        1,
      );
      batch = batchFor(clock, samplesNs);
      return samplesNs;
    },
    async turn(request: TurnRequest) {
      if (request.submissions !== undefined)
        return defined(queuedTurn, 'the queue of the model')(request, request.submissions);
      return singleTurn(request);
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
