/** The present model of a worker, whatever its mode. */
import type { Configuration, Tensors } from '../../adapters/adapter.js';
import type { RequestBody, Results } from '../protocol/messages.js';

export type WarmRequest = Extract<RequestBody, { type: 'warm' }>;
export type TurnRequest = Extract<RequestBody, { type: 'turn' }>;
export type EpochRequest = Extract<RequestBody, { type: 'epoch' }>;

export interface LoadedModel {
  /** Settings that hold for this model only. */
  readonly configuration: Results['load']['configuration'];
  readonly buffers: number;
  /** Whether turns with `submissions` can be asked for. */
  readonly queues?: true;
  /** @returns the samples, in nanoseconds and collection order */
  warm(request: WarmRequest): Promise<number[]>;
  turn(request: TurnRequest): Promise<Results['turn']>;
  /** What the coordinator compares with the reference, by the names that `verify` in the protocol gives. */
  verify(): Promise<Tensors>;
  /** Outputs kept by the turns, as `<turn>/<name>`; undefined where the losses are the audit. */
  audit(): { readonly outputs: number; readonly tensors: Tensors } | undefined;
  /** What only a model that learns can do. */
  readonly learning?: Learning;
  dispose(): void;
}

export interface Learning {
  epoch(request: EpochRequest): Promise<Omit<Results['epoch'], 'witness'>>;
  /** For each of the buffers the class of each example. */
  classify(buffers: readonly number[]): Promise<number[][]>;
}

/** Without the keys that a model leaves open. */
export function settingsOf(configuration: Partial<Configuration> = {}): LoadedModel['configuration'] {
  const known = Object.entries(configuration).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, value]],
  );
  return Object.fromEntries(known);
}
