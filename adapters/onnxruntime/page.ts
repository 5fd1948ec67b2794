import type { Device, Page, PageModule } from '../adapter.js';
import { webglDevice, webgpuDevice, webnnDevice } from '../page/devices.js';
import { backendOf } from '../page/targets.js';
import type { Ort } from './session.js';
import { openWeb, type WasmFiles, type WebProvider } from './web.js';

/** The smallest build of the package that has the provider, and its binary; that with WebGL has none. */
interface Build {
  readonly script: string;
  readonly binary?: string;
  device(): 'cpu' | Device | Promise<Device>;
}

const builds: Readonly<Record<WebProvider, Build>> = {
  wasm: { script: 'ort.wasm.min.mjs', binary: 'ort-wasm-simd-threaded', device: () => 'cpu' },
  webgpu: {
    script: 'ort.webgpu.min.mjs',
    binary: 'ort-wasm-simd-threaded.asyncify',
    device: webgpuDevice,
  },
  webgl: { script: 'ort.webgl.min.mjs', device: webglDevice },
  webnn: { script: 'ort.webgpu.min.mjs', binary: 'ort-wasm-simd-threaded.asyncify', device: webnnDevice },
};

export const open: PageModule['open'] = async (target, budget, page) => {
  const provider = backendOf(target) as WebProvider;
  const { script, binary, device } = builds[provider];
  const found = await device();
  // As published: bundled, it would start its threads from the bundle.
  const ort = (await import(fileUrl(page, script))) as Ort;
  return openWeb(ort, provider, budget, {
    device: found,
    ...(binary === undefined ? {} : { files: filesOf(page, binary) }),
  });
};

function filesOf(page: Page, binary: string): WasmFiles {
  return { wasm: fileUrl(page, `${binary}.wasm`), mjs: fileUrl(page, `${binary}.mjs`) };
}

function fileUrl(page: Page, name: string): string {
  return page.fileUrl(`onnxruntime-web/dist/${name}`);
}
