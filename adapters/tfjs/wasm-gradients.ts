/**
 * Kernels that gradients call and that the WebAssembly backend lacks in version 4.22.0: the gradient functions are in
 * `@tensorflow/tfjs-core/dist/gradients/` (`Conv2D_grad.js`, `DepthwiseConv2dNative_grad.js`), the backend's kernels in
 * `@tensorflow/tfjs-backend-wasm/dist/register_all_kernels.js`. `tests/adapters/tfjs-wasm.test.ts` compares this table
 * with the kernels that are registered in fact, and trains every other layer.
 */
import type { LayerDefinition } from '../lowering/layers/layer-plan.js';

export interface MissingKernel {
  /** ONNX operator whose gradient it is. */
  readonly operator: string;
  readonly kernel: string;
}

const plain: MissingKernel = { operator: 'Conv', kernel: 'Conv2DBackpropFilter' };
const depthwise: MissingKernel = {
  operator: 'Conv with a group for each channel',
  kernel: 'DepthwiseConv2dNativeBackpropFilter',
};

export const missingKernels: Partial<Record<LayerDefinition['kind'], MissingKernel>> = {
  conv1d: plain,
  conv2d: plain,
  depthwiseConv1d: depthwise,
  depthwiseConv2d: depthwise,
};
