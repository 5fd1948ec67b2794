/** A campaign: one kind of attack, repeated by seed. */

/** What became of one attempt. */
export interface Attempt {
  /** What was attacked in which way, for the table: one of a few. */
  readonly kind: string;
  /** What was not right; undefined where all was. */
  readonly broken?: string | undefined;
  /** Processor time and memory, where the campaign has a bar for them. */
  readonly spent?: Spent;
}

export interface Spent {
  readonly cpuMs: number;
  readonly peakBytes: number;
}

export interface Campaign {
  readonly name: string;
  /** What has to hold in every attempt. */
  readonly bar: string;
  /** Numbers of attempts: all campaigns together take about ten minutes, or hours with `--full`. */
  readonly tries: { readonly usual: number; readonly full: number };
  /** Attempts that are kept together. A session that is stopped in the middle of a step repeats all of the step. */
  readonly perStep: number;
  /** The same attack for the same seed, as far as the moment of a signal can be repeated. */
  attempt(seed: number): Promise<Attempt>;
  /** Removes what its attempts shared. */
  close(): Promise<void>;
}

/** What attempts share, made by the first one that needs it and removed behind the last. */
export interface Shared<T> {
  get(): Promise<T>;
  /** Does nothing where it was never made. */
  close(): Promise<void>;
}

export function shared<T>(make: () => Promise<T>, remove: (made: T) => Promise<void>): Shared<T> {
  let made: Promise<T> | undefined;
  return {
    get() {
      made ??= make();
      return made;
    },
    async close() {
      const one = made;
      made = undefined;
      if (one) await remove(await one);
    },
  };
}
