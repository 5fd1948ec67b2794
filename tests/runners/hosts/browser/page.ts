/** What the targets of `pages.ts` do in their page. */
import type {
  Budget,
  InferenceModel,
  Model,
  OpenFramework,
  Page,
  Tensors,
} from '../../../../adapters/adapter.js';
import { at } from '../../../../common/at.js';

declare const location: { href: string; reload(): void };
declare function alert(text: string): void;
declare class OffscreenCanvas {
  constructor(width: number, height: number);
  getContext(kind: 'webgl2'): { getExtension(name: string): { loseContext(): void } | null } | null;
}

export async function open(target: string, budget: Budget, page: Page): Promise<OpenFramework> {
  const behaviour = /^page\/(\w+)@/.exec(target)?.[1];
  if (behaviour === 'throws') throw new Error('the framework has no such backend');
  return {
    describe: () => ({
      versions: { ...page.versions },
      device: 'cpu',
      configuration: {
        ...{ threads: budget.threads, interOpThreads: null, instructionSet: null, kernelLibrary: null },
        ...{ execution: null, layout: null, arithmetic: 'float32', flushToZero: null },
      },
    }),
    loadInference: (model: Model): InferenceModel<Tensors> => ({
      run: runOf(behaviour, model),
      read: (output) => output,
      dispose: () => undefined,
    }),
  };
}

/** The sum that the hand-made artefact is, unless the target does something else. */
function runOf(behaviour: string | undefined, { inputs, weights }: Model) {
  const outputs = (buffer: number): Tensors => {
    const { x } = at(inputs, buffer);
    const data = Float32Array.of(Number(x?.data[0]) + Number(weights.w?.data[0]));
    return { y: { type: 'float32', shape: [1], data } };
  };
  switch (behaviour) {
    case 'hangs':
      return () => {
        for (;;);
      };
    case 'leaves':
      return async (buffer: number) => {
        location.href = 'about:blank';
        await forever();
        return outputs(buffer);
      };
    case 'reloads':
      return async (buffer: number) => {
        location.reload();
        await forever();
        return outputs(buffer);
      };
    case 'asks':
      return (buffer: number) => {
        alert('Are you there?');
        return outputs(buffer);
      };
    case 'loses':
      return async (buffer: number) => {
        const gl = new OffscreenCanvas(8, 8).getContext('webgl2');
        gl?.getExtension('WEBGL_lose_context')?.loseContext();
        // As TensorFlow.js waits for a fence that never comes.
        await forever();
        return outputs(buffer);
      };
    case 'computes':
      return (buffer: number) => {
        const end = performance.now() + 20;
        while (performance.now() < end);
        return outputs(buffer);
      };
    case 'writes':
      return async (buffer: number) => {
        const base = new URL(import.meta.url);
        const tried = await fetch(new URL('files/tmp/touchstone-page-was-here', base), {
          method: 'PUT',
          body: 'x',
        });
        const read = await fetch(new URL('files/etc/hostname', base));
        const escaped = await fetch(new URL('packages/convnetjs/..%2f..%2fpackage.json', base));
        const outside = await fetch('http://192.0.2.1/').then(
          () => 'answered',
          () => 'refused',
        );
        if (buffer < 0) return outputs(buffer);
        throw new Error(`${tried.status} ${read.status} ${escaped.status} ${outside}`);
      };
    default:
      return outputs;
  }
}

const forever = () => new Promise<never>(() => undefined);
