import { required } from '../../common/at.js';
import type { Page, PageModule } from '../adapter.js';
import { backendOf } from '../page/targets.js';
import { openWebGl, openWebGpu } from './graphics.js';
import { openJs, openWasm } from './open.js';

export const open: PageModule['open'] = async (target, budget, page) => {
  const backend = backendOf(target);
  switch (backend) {
    case 'js':
      return openJs();
    case 'wasm':
      return openWasm(budget, binariesIn(page));
    case 'webgl':
      return openWebGl();
    case 'webgpu':
      return openWebGpu(required(page.versions, '@tensorflow/tfjs-backend-webgpu', 'versions of packages'));
    default:
      throw new Error(`TensorFlow.js has no backend ${backend} in a page`);
  }
};

/** It chooses among them by what the browser has. */
function binariesIn(page: Page): Record<string, string> {
  const names = ['', '-simd', '-threaded-simd'].map((kind) => `tfjs-backend-wasm${kind}.wasm`);
  return Object.fromEntries(
    names.map((name) => [name, page.fileUrl(`@tensorflow/tfjs-backend-wasm/dist/${name}`)]),
  );
}
