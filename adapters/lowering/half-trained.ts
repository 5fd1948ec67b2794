import type { Graph } from '../adapter.js';

/** Names of biases of recurrent layers: no training moves their recurrent half, see suites/lstm/row-lstm.ts. */
export function halfTrained({ nodes, parameters }: Graph): ReadonlySet<string> {
  const biases = nodes.flatMap(({ operator, inputs }) =>
    /^(LSTM|GRU|RNN)$/.test(operator) ? (inputs[3] ?? []) : [],
  );
  return new Set(biases.filter((name) => parameters.includes(name)));
}
