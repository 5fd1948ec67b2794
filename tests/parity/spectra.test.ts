/** Fourier transforms on the frameworks that have them, and what the others say. */
import { expect, it } from 'vitest';
import { elementCount, type Tensor } from '../../model/graph.js';
import { uniform } from '../../model/random.js';
import { altered, integers, model } from '../model/models.js';
import { artefactOf, verifiedOn } from './verified.js';

const scalar = (value: number): Tensor => ({ ...integers([value]), shape: [] });
const drawn = (shape: readonly number[]): Tensor => ({
  type: 'float32',
  shape,
  data: uniform(0, `spectra ${shape}`, elementCount(shape), 0, 1),
});

/** Of real and complex numbers, along axes of every place, longer and shorter than the data. */
const transforms = model((graph) => {
  const real = graph.input('x', [2, 6, 5, 1]);
  const parts = graph.node('Concat', [real, graph.node('Mul', [real, real])], { axis: 3 });
  const [last, first, second] = [-2, 0, 1].map((value) => graph.constant(`axis${value}`, scalar(value)));
  const output = (
    inputs: readonly (string | undefined)[],
    attributes: Readonly<Record<string, number>>,
    shape: readonly number[],
  ) => void graph.output(graph.node('DFT', inputs.map(String), attributes), shape);
  output([real, '', last], { onesided: 1 }, [2, 6, 3, 2]);
  output([real, graph.constant('eight', scalar(8)), second], {}, [2, 8, 5, 2]);
  output([parts, graph.constant('four', scalar(4)), second], { inverse: 1 }, [2, 4, 5, 2]);
  output([parts, '', first], {}, [2, 6, 5, 2]);
});

const frames = model((graph) => {
  const signal = graph.input('x', [2, 30, 1]);
  const window = graph.constant('window', drawn([8]));
  const step = graph.constant('step', scalar(4));
  graph.output(graph.node('STFT', [signal, step, window]), [2, 6, 5, 2]);
  const length = graph.constant('length', scalar(10));
  graph.output(graph.node('STFT', [signal, step, '', length], { onesided: 0 }), [2, 6, 10, 2]);
});

/** The operator set in which the axis of DFT is an input. */
const ofSet20 = altered(transforms, (decoded) => {
  decoded.opsetImport = [{ domain: '', version: 20 }];
});

const files = { DFT: ofSet20, STFT: frames };
const targets = ['jax/cpu', 'onnxruntime/cpu', 'pytorch/cpu', 'tensorflow/cpu'];
it.each(targets.flatMap((target) => (['DFT', 'STFT'] as const).map((kind) => [kind, target] as const)))(
  '%s on %s',
  async (kind, target) => {
    const outcome = await verifiedOn(target, await artefactOf(kind, files[kind]));
    expect(outcome?.state, outcome?.state === 'wrong' ? outcome.reason : '').toBe('ok');
  },
  240_000,
);
