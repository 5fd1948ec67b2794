/** A model whose runs leave something behind on its device: they are counted, and it is renewed between two loops. */
import type { InferenceModel } from '../../adapters/adapter.js';

export interface Wear {
  readonly model: InferenceModel;
  /** Runs that it has before it is renewed, at least 1. */
  left(): number;
  /** Renews it where none is left. Called outside the clock. */
  renew(): Promise<void>;
}

/** A model without wear is counted by nobody. */
export function wearOf(model: InferenceModel): Wear {
  const { wear } = model;
  if (!wear) return { model, left: () => Number.POSITIVE_INFINITY, renew: async () => undefined };
  let runs = 0;
  return {
    model: {
      ...model,
      run(buffer) {
        runs += 1;
        return model.run(buffer);
      },
    },
    left: () => Math.max(1, wear.maxRuns - runs),
    async renew() {
      if (runs < wear.maxRuns) return;
      await wear.renew();
      runs = 0;
    },
  };
}
