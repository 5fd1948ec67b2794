/** Limits of the types that Keras's calls take. */
import type { DataType } from '../../model/graph.js';
import { unlessTypes } from '../lowering/limits.js';

export const of = (isTaken: (type: DataType) => boolean) => unlessTypes('Keras', isTaken);
export const floatingPoint = of((type) => type.startsWith('float'));
export const float32 = of((type) => type === 'float32');
export const numbers = of((type) => type !== 'bool');
export const bools = of((type) => type === 'bool');
export const integers = of((type) => type.includes('int'));
export const without = (...types: readonly DataType[]) => of((type) => !types.includes(type));
