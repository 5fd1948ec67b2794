/** The environment of workers that run TensorFlow, from whatever language. */
import type { Budget } from '../adapter.js';
import { kerasEnvironment } from '../keras/environment.js';

export function tensorflowEnvironment({ threads }: Budget, cache: string): Record<string, string> {
  return {
    ...kerasEnvironment(cache),
    TF_NUM_INTRAOP_THREADS: String(threads),
    TF_NUM_INTEROP_THREADS: '1',
    // TensorFlow itself turns oneDNN on only where the processor has VNNI or the like, and has no other kernels for grouped
    // convolutions and for gradients of dilated ones.
    TF_ENABLE_ONEDNN_OPTS: '1',
    // Warnings and errors stay; what it found on the machine is asked for, not read from its log.
    TF_CPP_MIN_LOG_LEVEL: '1',
  };
}
