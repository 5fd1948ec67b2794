/** A loaded model that learns: timing and verifying it. */
import type { Tensor, Tensors, TrainingModel } from '../../adapters/adapter.js';
import type { ArtefactManifest } from '../../model/artefact/manifest.js';
import type { Training } from '../../model/workload.js';
import {
  type EpochRequest,
  type LoadedModel,
  settingsOf,
  type TurnRequest,
  type WarmRequest,
} from './loaded-model.js';
import type { Clock } from './platform.js';
import { copyTensors, largestPlaces, prefixed } from './tensors.js';
import { batchFor, type Limits, timeLoop, timeSpan } from './timed-loop.js';

export function learner(
  model: TrainingModel,
  manifest: ArtefactManifest,
  training: Training,
  clock: Clock,
): LoadedModel {
  const { buffers } = manifest;
  /** Whether no step has been taken since the load: then a reset would only touch what the first step should. */
  let fresh = true;
  const fromFirstWeights = async () => {
    if (!fresh) await model.reset();
    fresh = false;
  };
  let batch = 1;
  const timeSteps = async (limits: Limits, perSample: number) => {
    await fromFirstWeights();
    const losses: number[] = [];
    const timing = await timeLoop(
      clock,
      (step) => model.step(step % buffers),
      limits,
      (loss) => void losses.push(loss),
      perSample,
    );
    return { ...timing, losses };
  };
  return {
    configuration: settingsOf(model.configuration),
    buffers,
    async warm({ minIterations, minNs, maxNs }: WarmRequest) {
      const limits = { minIterations, minNs, maxNs, maxIterations: Number.POSITIVE_INFINITY };
      const { samplesNs } = await timeSteps(limits, 1);
      batch = batchFor(clock, samplesNs);
      return samplesNs;
    },
    async turn({ minNs, maxIterations }: TurnRequest) {
      const limits = { minIterations: 1, minNs, maxNs: Number.POSITIVE_INFINITY, maxIterations };
      const { losses, ...timing } = await timeSteps(limits, Math.min(batch, maxIterations));
      return {
        ...timing,
        auditBuffer: 0,
        losses: losses.slice(0, training.steps).map((loss) => (Number.isFinite(loss) ? loss : null)),
        finite: losses.every(Number.isFinite),
      };
    },
    async verify() {
      await fromFirstWeights();
      return verifyTraining(model, buffers, training.steps);
    },
    audit: () => undefined,
    learning: {
      async epoch({ order, fromFirstWeights: again }: EpochRequest) {
        if (again) await fromFirstWeights();
        fresh = false;
        const {
          firstNs,
          outputs: losses,
          ...span
        } = await timeSpan(clock, (buffer) => model.step(buffer), order);
        const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
        return { ...span, firstStepNs: firstNs, meanLoss: Number.isFinite(mean) ? mean : null };
      },
      async classify(asked) {
        const classes: number[][] = [];
        for (const buffer of asked) {
          const [logits] = Object.values(await model.output(buffer));
          if (!logits) throw new Error('the model has no output');
          classes.push(largestPlaces(logits));
        }
        return classes;
      },
    },
    dispose: () => model.dispose(),
  };
}

/** From the first weights: output and gradients on buffer 0, then losses and weights after the steps. */
async function verifyTraining(model: TrainingModel, buffers: number, steps: number): Promise<Tensors> {
  const output = copyTensors(await model.output(0));
  const gradients = copyTensors((await model.gradients?.(0)) ?? {});
  const losses = new Float64Array(steps);
  for (let step = 0; step < steps; step++) losses[step] = await model.step(step % buffers);
  const trajectory: Tensor = { type: 'float64', shape: [steps], data: losses };
  return {
    ...prefixed('output/0/', output),
    ...prefixed('gradient/', gradients),
    losses: trajectory,
    ...prefixed('weight/', copyTensors(await model.weights())),
  };
}
