/** Variables that JAX reads, alone and below Keras. */
import { join } from 'node:path';
import type { Budget } from '../adapter.js';

/**
 * On processors, with a persistent compilation cache as JAX documents it (docs.jax.dev, "Persistent compilation cache"), for
 * programs of any size: by default it leaves out what compiles in less than a second.
 */
export function jaxEnvironment({ threads }: Budget, cache: string): Record<string, string> {
  return {
    JAX_PLATFORMS: 'cpu',
    // XLA takes the size of its thread pool from here (DefaultThreadPoolSize), or else from the processors it sees.
    NPROC: String(threads),
    JAX_COMPILATION_CACHE_DIR: join(cache, 'xla'),
    JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS: '0',
    JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES: '-1',
  };
}
