import { createRequire } from 'node:module';
import type KerasJs from 'keras-js';
import type { OpenFramework } from '../adapter.js';
import { opened, plainJavaScript } from './driver.js';

export async function open(): Promise<OpenFramework> {
  const require = createRequire(import.meta.url);
  const keras = require('keras-js') as typeof KerasJs;
  const { version } = require('keras-js/package.json') as { version: string };
  return opened(keras.default, version, plainJavaScript);
}
