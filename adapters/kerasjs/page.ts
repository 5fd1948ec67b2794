import { required } from '../../common/at.js';
import type { PageModule } from '../adapter.js';
import { webglDevice } from '../page/devices.js';
import { backendOf } from '../page/targets.js';
import { opened, plainJavaScript, webgl } from './driver.js';

/** What npm's `main` imports is built for Node, without WebGL. */
export const open: PageModule['open'] = async (target, _budget, { versions }) => {
  const { default: keras } = await import('keras-js/dist/keras.min.js');
  const computing = backendOf(target) === 'webgl' ? webgl(webglDevice()) : plainJavaScript;
  return opened(keras.default, required(versions, 'keras-js', 'versions of packages'), computing);
};
