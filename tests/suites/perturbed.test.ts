import { expect, it } from 'vitest';
import { idOf, workloadSource } from '../../model/artefact/source.js';
import { discoverWorkloads } from '../../suites/discover.js';
import { longerStepsSource, perturbedSource } from '../../suites/perturbed.js';

const lenet5 = (await discoverWorkloads()).find(({ name }) => name === 'lenet5');
if (!lenet5) throw new Error('there is no lenet5');

it('perturbs every trainable weight by one rounding, up or down, and has an id of its own', () => {
  const source = workloadSource(lenet5, 'training', 1, 0);
  const perturbed = perturbedSource(source);
  expect(idOf(perturbed)).not.toBe(idOf(source));
  expect(idOf(perturbed)).toBe(idOf(perturbedSource(source)));
  expect(idOf(perturbed)).not.toBe(idOf(perturbedSource(source, 1)));
  for (const name of source.parameters) {
    const [before, after] = [source, perturbed].map(
      ({ model }) => model.initialisers.get(name)?.data as Float32Array,
    );
    const moves = Array.from(before ?? [], (value, index) =>
      value === 0 ? 0 : ((after?.[index] ?? Number.NaN) - value) / Math.abs(value),
    );
    const isZero = before?.every((value) => value === 0);
    expect(Math.max(...moves.map(Math.abs))).toBeLessThanOrEqual(2 ** -22);
    // A bias that starts at zero has no relative error.
    if (!isZero) expect(new Set(moves.map(Math.sign)).size).toBeGreaterThan(1);
  }
});

it('lengthens every step slightly, from the same weights', () => {
  const source = workloadSource(lenet5, 'training', 1, 0);
  const longer = longerStepsSource(source);
  expect(idOf(longer)).not.toBe(idOf(source));
  expect(longer.model).toBe(source.model);
  const [rate = 0, longerRate = 0] = [source, longer].map(({ training }) => training?.optimiser.learningRate);
  expect(longerRate / rate - 1).toBeCloseTo(2 ** -17, 12);
});
