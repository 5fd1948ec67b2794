import { expect, it } from 'vitest';
import nodeHost from '../../../runners/hosts/node/index.js';
import pythonHost from '../../../runners/hosts/python/index.js';
import { capabilities } from '../../../runners/process/capabilities.js';

it.each([nodeHost, pythonHost])(
  'the host $name stops workers that compute on processors, and no others',
  (host) => {
    expect(host.canPause('cpu')).toBe(capabilities().canDieWithParent);
    expect(host.canPause('cuda')).toBe(false);
    expect(host.canPause('webgpu')).toBe(false);
  },
);
