import { createRequire } from 'node:module';
import type { OpenFramework } from '../adapter.js';
import { opened } from './driver.js';

export async function open(): Promise<OpenFramework> {
  const { default: convnetjs } = await import('convnetjs');
  const { version } = createRequire(import.meta.url)('convnetjs/package.json') as { version: string };
  return opened(convnetjs, version);
}
