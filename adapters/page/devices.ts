/** What a page computes on beside the processors, as the browser reports it. */
import { messageOf } from '../../common/errors.js';
import type { Device } from '../adapter.js';
import { UnavailableError } from './unavailable.js';

/** The part of WebGL 2 that is read here. */
interface WebGl {
  readonly VERSION: number;
  readonly RENDERER: number;
  getParameter(name: number): unknown;
  getExtension(name: 'WEBGL_debug_renderer_info'): { readonly UNMASKED_RENDERER_WEBGL: number } | null;
  getExtension(name: 'WEBGL_lose_context'): { loseContext(): void } | null;
}

interface AdapterInfo {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  readonly isFallbackAdapter?: boolean;
}

interface GpuAdapter {
  readonly info: AdapterInfo;
}

interface NeuralNetworks {
  createContext(options: { deviceType: string }): Promise<{ readonly accelerated?: boolean }>;
}

interface Canvas extends EventTarget {
  getContext(kind: 'webgl2'): WebGl | null;
}

/** The part of a page's global object that is read here. */
interface PageGlobals {
  readonly OffscreenCanvas?: new (width: number, height: number) => Canvas;
  readonly navigator?: {
    readonly gpu?: { requestAdapter(options: { powerPreference: string }): Promise<GpuAdapter | null> };
    readonly ml?: NeuralNetworks;
  };
}

const page = globalThis as unknown as PageGlobals;

/** Programs on the processors that stand in for hardware. */
const softwareRenderer = /swiftshader|llvmpipe|lavapipe|softpipe|swrast|basic render|software/i;

const where = 'a graphics processor gives it, and Chromium computes it in software';

/** @throws UnavailableError where the browser gives no WebGL 2 */
export function webglDevice(): Device {
  const canvas = page.OffscreenCanvas && new page.OffscreenCanvas(1, 1);
  // That it is given back below is nobody's loss.
  canvas?.addEventListener('webglcontextlost', (event) => event.stopImmediatePropagation());
  const gl = canvas?.getContext('webgl2');
  if (!gl) throw new UnavailableError(`the browser gives no WebGL 2 on this machine; ${where}`);
  const unmasked = gl.getExtension('WEBGL_debug_renderer_info')?.UNMASKED_RENDERER_WEBGL;
  const name = String(gl.getParameter(unmasked ?? gl.RENDERER));
  const driver = String(gl.getParameter(gl.VERSION));
  gl.getExtension('WEBGL_lose_context')?.loseContext();
  return { kind: 'webgl', index: 0, name, driver, software: softwareRenderer.test(name) };
}

/** The adapter for the highest performance. @throws UnavailableError where the browser gives none */
export async function webgpuDevice(): Promise<Device> {
  const adapter = await page.navigator?.gpu?.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) throw new UnavailableError(`the browser gives no WebGPU adapter on this machine; ${where}`);
  const { vendor, architecture, device, description, isFallbackAdapter } = adapter.info;
  const name = description || [vendor, architecture, device].filter((part) => part !== '').join(' ');
  return {
    kind: 'webgpu',
    index: 0,
    name: name || 'an adapter without a name',
    driver: 'WebGPU',
    software: isFallbackAdapter === true || softwareRenderer.test(`${name} ${architecture}`),
  };
}

/** What WebNN is asked for. */
export const neuralDevice = 'gpu';

/** @throws UnavailableError where the browser has no WebNN, or none on this machine */
export async function webnnDevice(): Promise<Device> {
  const ml = page.navigator?.ml;
  if (!ml) throw new UnavailableError('the browser has no WebNN (navigator.ml); newer ones may have it');
  const context = await ml.createContext({ deviceType: neuralDevice }).catch((cause: unknown) => {
    throw new UnavailableError(`the browser gives no WebNN context: ${messageOf(cause)}`, { cause });
  });
  return {
    kind: 'webnn',
    index: 0,
    name: `what WebNN gives for ${neuralDevice}`,
    driver: 'WebNN',
    software: context.accelerated === false,
  };
}
