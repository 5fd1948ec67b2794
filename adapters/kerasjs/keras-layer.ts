/** An entry of `layers` in the JSON of a Keras model. */
export interface KerasLayer {
  readonly className: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** Names of its weights, in the order of the plan's. */
  readonly weightNames: readonly string[];
}

export const kernelAndBias = (useBias: boolean) => (useBias ? ['kernel', 'bias'] : ['kernel']);

export function without(className: string, config: Record<string, unknown> = {}): KerasLayer {
  return { className, config, weightNames: [] };
}
