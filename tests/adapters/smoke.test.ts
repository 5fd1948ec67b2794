/** The cells of the smoke suite through the adapters, by the parity check's own rule. */
import { describe, expect, test } from 'vitest';
import { workloadArtefact } from '../../model/artefact/artefact.js';
import { loadArtefact } from '../../model/artefact/load-model.js';
import type { Mode, Workload } from '../../model/workload.js';
import { nodeClock } from '../../runners/hosts/node/platform.js';
import { checkParity } from '../../runners/parity/parity.js';
import { loadReference } from '../../runners/parity/reference.js';
import { inference } from '../../runners/worker/inference.js';
import { learner } from '../../runners/worker/training.js';
import lenet5 from '../../suites/cnn/lenet5.js';
import rowLstm from '../../suites/lstm/row-lstm.js';
import { expectedTargets } from '../targets.js';
import { openTarget, supportOf } from './model.js';
import { convnet, ort, ortWasm, tfjsJs, tfjsWasm } from './targets.js';

const cells: (readonly [Workload, Mode, number])[] = [lenet5, rowLstm].flatMap((workload) =>
  workload.modes.flatMap((mode) => workload.batches.map((batch) => [workload, mode, batch] as const)),
);

/** Cells that must not run, with what the reason says. */
const refused = new Map(
  expectedTargets.flatMap(({ name, unsupported }) =>
    Object.entries(unsupported).map(([cell, reason]) => [`${name} ${cell}`, reason] as const),
  ),
);

describe.each([ort, ortWasm, tfjsJs, tfjsWasm, convnet])('$name', (target) => {
  test.each(cells.map(([workload, mode, batch]) => ({ workload, mode, batch, name: workload.name })))(
    '$name $mode, batch $batch',
    async ({ workload, mode, batch }) => {
      const { folder, graph } = await workloadArtefact(workload, mode, batch, 0);
      const support = target.modes[mode].supported ? supportOf(target, graph, mode) : target.modes[mode];
      const reason = refused.get(`${target.name} ${workload.name}:${mode}`);
      if (reason) {
        expect(support).toEqual({ supported: false, reason: expect.stringMatching(new RegExp(reason)) });
        return;
      }
      expect(support).toEqual({ supported: true });
      const model = await loadArtefact(folder);
      const framework = await openTarget(target);
      const loaded = model.manifest.training
        ? learner(await framework.loadTraining!(model), model.manifest, model.manifest.training, nodeClock)
        : inference(await framework.loadInference(model), model.manifest, nodeClock);
      const reference = await loadReference(folder);
      const { expected, weights: initial, tolerance } = reference;
      const checks = checkParity({ expected, actual: await loaded.verify(), initial, tolerance });
      expect(checks.filter((check) => !check.passed)).toEqual([]);
      expect(checks.map((check) => check.what)).toEqual(
        mode === 'training' ? ['output', 'loss', 'gradient', 'weight'] : ['output'],
      );
      loaded.dispose();
    },
    // Plain TensorFlow.js takes half a minute for LeNet-5's largest batch, and more beside other tests.
    180_000,
  );
});
