import { expect, it } from 'vitest';
import { type StepsFinding, trainingDocument } from '../../../runners/conformance/training-steps-report.js';

const finding: StepsFinding = {
  target: 'a/cpu',
  workload: 'lenet5',
  optimiser: 'sgd',
  learningRate: 0.01,
  rateFactor: 1,
  spread: { loss: 1.4e-7, weight: 2.9e-5 },
  outcome: { state: 'ok', error: 1.6e-5 },
  day: '2026-11-26',
};
const document = trainingDocument(
  20,
  ['a/cpu', 'b/cpu'],
  [
    finding,
    { ...finding, workload: 'deep', rateFactor: 0.1, learningRate: 0.001 },
    { ...finding, workload: 'deep', target: 'b/cpu', rateFactor: 0.01, learningRate: 0.0001 },
    { ...finding, target: 'b/cpu', outcome: { state: 'wrong', reason: 'loss losses: relative error 8e-1' } },
    { ...finding, optimiser: 'adam', workload: 'deep', maxSpread: { loss: 1e-5, weight: 1e-5 } },
    {
      ...finding,
      optimiser: 'adam',
      target: 'b/cpu',
      outcome: { state: 'unsupported', reason: 'it has no Adam' },
    },
  ],
);
const rowsOf = (heading: string) => {
  const section = document.split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  return section
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .slice(2);
};

it('shows errors with the learning rate and the effect of a perturbation', () => {
  expect(rowsOf('sgd')).toEqual([
    ['', 'lenet5', '0.01', '1.4e-7', '2.9e-5', '1.6e-5', '**wrong**', ''],
    ['', 'deep', '0.001 (default × 0.1)', '1.4e-7', '2.9e-5', '1.6e-5', '1.6e-5 at 0.01', ''],
  ]);
});

it('distinguishes unsupported from open cases, and lists reasons', () => {
  expect(rowsOf('adam')).toEqual([
    ['', 'deep', '0.01', '1.4e-7', '2.9e-5', '1.6e-5†', 'open', ''],
    ['', 'lenet5', '0.01', '1.4e-7', '2.9e-5', 'open', '–', ''],
  ]);
  const [, sectionOfB = ''] = document.split('### b/cpu');
  expect(sectionOfB).toMatch(/1 of 3 agree \(2026-11-26\)/);
  expect(sectionOfB).toMatch(/- lenet5 \(sgd\): \*\*wrong\*\*: loss losses: relative error 8e-1/);
  expect(sectionOfB).toMatch(/- lenet5: it has no Adam/);
  expect(document.split('### a/cpu')[1]).toMatch(/^\n\n3 of 3 agree/);
});
