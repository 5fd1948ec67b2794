import type { layers } from '@tensorflow/tfjs';

/** The imported package, whichever build of it: what every module here is handed. */
export type Tf = typeof import('@tensorflow/tfjs');

export type Layer = layers.Layer;
