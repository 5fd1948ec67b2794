/** Variables that Keras reads, which TensorFlow imports too. */
import { join } from 'node:path';

/** Keras reads settings of the user from its home, such as another type of numbers, and writes them where there are none. */
export function kerasEnvironment(cache: string): Record<string, string> {
  return { KERAS_HOME: join(cache, 'keras') };
}
