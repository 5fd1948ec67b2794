/** Another commit, ready to be measured beside the working tree. */
import type { Framework } from '../../adapters/adapter.js';
import type { Checkout } from '../hosts/checkout.js';

export interface OtherCommit extends Checkout {
  readonly commit: string;
  /** Its own adapters. */
  readonly frameworks: readonly Framework[];
  /** The program that a target's workers run in there; undefined where it is the host's own, or not installed. */
  executableOf(target: Framework['targets'][number]): Promise<string | undefined>;
}
