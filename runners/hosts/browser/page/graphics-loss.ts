/**
 * Frameworks take what a lost graphics context gives for results, or wait for it forever. Whoever made the context, its loss is noticed
 * here: the functions that give contexts and devices get a listener, and do what they did.
 */

interface Canvas extends EventTarget {
  getContext(kind: string, ...options: unknown[]): object | null;
}

interface LostDevice {
  readonly reason: string;
  readonly message: string;
}

interface GpuDevice {
  readonly lost: Promise<LostDevice>;
}

interface GpuAdapter {
  requestDevice(...options: unknown[]): Promise<GpuDevice>;
}

interface Scope {
  readonly OffscreenCanvas?: { readonly prototype: Canvas };
  readonly HTMLCanvasElement?: { readonly prototype: Canvas };
  readonly GPUAdapter?: { readonly prototype: GpuAdapter };
}

/** @param report is told what was lost, once */
export function watchGraphics(
  report: (what: string) => void,
  scope: Scope = globalThis as unknown as Scope,
): void {
  let isTold = false;
  const tell = (what: string) => {
    if (!isTold) report(what);
    isTold = true;
  };
  for (const canvas of [scope.OffscreenCanvas?.prototype, scope.HTMLCanvasElement?.prototype])
    if (canvas) watchCanvas(canvas, tell);
  const adapter = scope.GPUAdapter?.prototype;
  if (adapter) watchAdapter(adapter, tell);
}

function watchCanvas(prototype: Canvas, tell: (what: string) => void): void {
  const { getContext } = prototype;
  const watched = new WeakSet<Canvas>();
  prototype.getContext = function (this: Canvas, kind, ...options) {
    if (!watched.has(this))
      this.addEventListener('webglcontextlost', () => tell('its WebGL context was lost'));
    watched.add(this);
    return getContext.call(this, kind, ...options);
  };
}

function watchAdapter(prototype: GpuAdapter, tell: (what: string) => void): void {
  const { requestDevice } = prototype;
  prototype.requestDevice = async function (this: GpuAdapter, ...options) {
    const device = await requestDevice.call(this, ...options);
    void device.lost.then(({ reason, message }) => {
      // One that is destroyed is nobody's loss.
      if (reason !== 'destroyed')
        tell(`its WebGPU device was lost: ${message || 'the browser gives no reason'}`);
    });
    return device;
  };
}
