import { describe, expect, it } from 'vitest';
import { watchGraphics } from '../../../runners/hosts/browser/page/graphics-loss.js';

/** A page's own classes, which the watch may change. */
function scopeOf() {
  class OffscreenCanvas extends EventTarget {
    getContext(kind: string): object {
      return { kind };
    }
  }
  class GPUAdapter {
    lose: (info: { reason: string; message: string }) => void = () => undefined;
    requestDevice() {
      const lost = new Promise<{ reason: string; message: string }>((resolve) => {
        this.lose = resolve;
      });
      return Promise.resolve({ lost });
    }
  }
  return { OffscreenCanvas, GPUAdapter };
}

function watched() {
  const scope = scopeOf();
  const told: string[] = [];
  watchGraphics((what) => told.push(what), scope);
  return { scope, told };
}

describe('a graphics context that is lost', () => {
  it('is told once, however many there are', () => {
    const { scope, told } = watched();
    const canvases = [new scope.OffscreenCanvas(), new scope.OffscreenCanvas()];
    for (const canvas of canvases) expect(canvas.getContext('webgl2')).toEqual({ kind: 'webgl2' });
    expect(told).toEqual([]);
    for (const canvas of canvases) canvas.dispatchEvent(new Event('webglcontextlost'));
    expect(told).toEqual(['its WebGL context was lost']);
  });

  it('is nobody’s loss where its maker says so beforehand', () => {
    const { scope, told } = watched();
    const canvas = new scope.OffscreenCanvas();
    canvas.addEventListener('webglcontextlost', (event) => event.stopImmediatePropagation());
    canvas.getContext('webgl2');
    canvas.dispatchEvent(new Event('webglcontextlost'));
    expect(told).toEqual([]);
  });

  it.each([
    ['unknown', ['its WebGPU device was lost: the GPU process crashed']],
    ['destroyed', []],
  ])('of WebGPU, by its reason: %s', async (reason, expected) => {
    const { scope, told } = watched();
    const adapter = new scope.GPUAdapter();
    await adapter.requestDevice();
    adapter.lose({ reason, message: 'the GPU process crashed' });
    await Promise.resolve();
    await Promise.resolve();
    expect(told).toEqual(expected);
  });
});
