/** TensorFlow.js on what draws: WebGL and WebGPU. What runs is in the browser's hands, so little of it can be read. */
import type { Configuration, OpenFramework } from '../adapter.js';
import { webglDevice, webgpuDevice } from '../page/devices.js';
import { common, opened, useBackend, versionsOf } from './open.js';
import { packedWhereRight } from './packing.js';
import type { Tf } from './tf.js';

export async function openWebGl(): Promise<OpenFramework> {
  const device = webglDevice();
  const tf = await import('@tensorflow/tfjs');
  await useBackend(tf, 'webgl');
  // Where textures of float32 cannot be drawn into, its tensors are of float16.
  const precision = tf.env().getBool('WEBGL_RENDER_FLOAT32_ENABLED') ? 'float32' : 'float16';
  const describe = () => ({
    versions: versionsOf(tf, 'tfjs-backend-webgl'),
    device,
    configuration: {
      ...drawn(tf),
      kernelLibrary: `WebGL ${tf.env().getNumber('WEBGL_VERSION')}`,
      arithmetic: precision,
      storage: precision,
      // Few values that are in the host's memory are computed with there.
      forwardsToCpu: tf.env().getBool('WEBGL_CPU_FORWARD'),
    },
  });
  const framework = opened(tf, describe, true);
  return packedWhereRight(tf, framework);
}

/** @param version of the backend's package, which does not say it itself */
export async function openWebGpu(version: string): Promise<OpenFramework> {
  const device = await webgpuDevice();
  const tf = await import('@tensorflow/tfjs');
  await import('@tensorflow/tfjs-backend-webgpu');
  await useBackend(tf, 'webgpu');
  const describe = () => ({
    versions: { ...versionsOf(tf), 'tfjs-backend-webgpu': version },
    device,
    configuration: {
      ...drawn(tf),
      kernelLibrary: 'WebGPU',
      arithmetic: 'float32',
      forwardsToCpu: tf.env().getBool('WEBGPU_CPU_FORWARD'),
    },
  });
  return opened(tf, describe, true);
}

function drawn(tf: Tf) {
  return {
    ...common(tf),
    threads: null,
    instructionSet: null,
    flushToZero: null,
  } satisfies Partial<Configuration>;
}
