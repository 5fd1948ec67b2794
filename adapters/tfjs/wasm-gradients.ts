/**
 * Kernels that gradients call and that the WebAssembly backend of version 4.22.0 does not have. The gradients are in
 * `@tensorflow/tfjs-core/dist/gradients/` (`Conv2D_grad.js`, `DepthwiseConv2dNative_grad.js`, `GatherV2_grad.js`), the kernels
 * of the backend in `@tensorflow/tfjs-backend-wasm/dist/register_all_kernels.js`. `tests/adapters/tfjs.test.ts` compares this
 * table with the kernels that are registered.
 */
export interface MissingKernel {
  /** The operator whose gradient calls it. */
  readonly operator: string;
  readonly kernel: string;
}

/** By kind of operation; a convolution with a group for each channel is apart. */
export const missingKernels = {
  Conv: { operator: 'Conv', kernel: 'Conv2DBackpropFilter' },
  depthwiseConv: {
    operator: 'Conv with a group for each channel',
    kernel: 'DepthwiseConv2dNativeBackpropFilter',
  },
  ConvTranspose: { operator: 'ConvTranspose', kernel: 'Conv2DBackpropFilter' },
  Gather: { operator: 'Gather', kernel: 'UnsortedSegmentSum' },
} as const satisfies Readonly<Record<string, MissingKernel>>;

export function missing({ operator, kernel }: MissingKernel): string {
  return `the WebAssembly backend of TensorFlow.js has no kernel ${kernel}, which the gradient of ${operator} needs`;
}
