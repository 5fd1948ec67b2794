/** What every process that runs ONNX Runtime is started with. */
export const onnxRuntimeEnvironment = {
  // Without it, it refuses operator sets newer than its own release, also where it has every kernel.
  ALLOW_RELEASED_ONNX_OPSET_ONLY: '0',
  // On by default on Linux: a thread beside the timed ones, a device's id in the user's home, and an address to send to.
  ORT_DISABLE_TELEMETRY: '1',
} as const;
