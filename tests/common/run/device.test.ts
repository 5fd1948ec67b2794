import { describe, expect, it } from 'vitest';
import {
  device,
  deviceId,
  deviceLabel,
  deviceText,
  firstDevice,
  parseDeviceId,
} from '../../../common/run/device.js';

const gpu = { kind: 'cuda', index: 1, name: 'NVIDIA H200', driver: 'CUDA 13.0', software: false };
const swift = { kind: 'webgpu', index: 0, name: 'SwiftShader', driver: null, software: true };

describe('the id of a device', () => {
  it('has a number but for the processors, which are one device', () => {
    expect([firstDevice('cpu'), gpu, firstDevice('webgpu')].map(deviceId)).toEqual([
      'cpu',
      'cuda1',
      'webgpu0',
    ]);
  });

  it('is parsed into what it was made of', () => {
    for (const choice of [firstDevice('cpu'), { kind: 'cuda', index: 12 }]) {
      expect(parseDeviceId(deviceId(choice))).toEqual(choice);
    }
    for (const none of ['', 'default', 'cuda', 'cpu0', 'cuda:0', '0'])
      expect(parseDeviceId(none)).toBeUndefined();
  });
});

it('a label marks what is not hardware, a text says all that must be alike', () => {
  expect([gpu, swift].map(deviceLabel)).toEqual(['cuda1', 'webgpu0 (software)']);
  expect([gpu, swift].map(deviceText)).toEqual([
    'cuda1: NVIDIA H200, CUDA 13.0',
    'webgpu0 (software): SwiftShader',
  ]);
});

it('kinds that this version does not know are read', () => {
  expect(device.parse({ ...gpu, kind: 'npu' }).kind).toBe('npu');
  expect(device.safeParse({ ...gpu, kind: 'cuda:0' }).success).toBe(false);
});
