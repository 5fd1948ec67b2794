/** A Python target whose environment holds one small package: what `kills.ts` sets up and interrupts. */
import { type Framework, type PythonTarget, supported } from '../../../../adapters/adapter.js';

/** Names the definition of the environment, a path without its extension. */
export const environmentVariable = 'TOUCHSTONE_FAULTS_ENVIRONMENT';

const target: PythonTarget = {
  name: 'packaged/python',
  host: 'python',
  device: 'cpu',
  summary: 'is only set up',
  environmentName: process.env[environmentVariable] ?? '',
  distribution: 'small',
  module: 'small',
  precisions: ['float32'],
  modes: { inference: supported, training: supported },
  lower: () => ({ plan: { form: 'nothing' } }),
  environment: () => ({}),
};

const framework: Framework = {
  name: 'packaged',
  title: 'A small package',
  homepage: 'npm run measure:faults',
  targets: [target],
};
export default framework;
