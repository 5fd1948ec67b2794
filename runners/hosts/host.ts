/**
 * The contract of a host: whatever carries workers, such as Node, Python or a browser. A folder under `runners/hosts/`
 * whose `index` default-exports a `WorkerHost` is one; it is found by the folder listing, so nothing else is edited.
 *
 * The coordinator knows workers by this contract and by the protocol (`runners/protocol/messages.ts`) alone.
 */
import type { Budget, DeviceKind, Target } from '../../adapters/adapter.js';
import type { Worker } from '../protocol/worker.js';
import type { Installation } from '../provision/installation.js';
import type { Checkout } from './checkout.js';

export interface WorkerHost {
  /** As targets name it in `host`; the same as the folder's name. */
  readonly name: string;
  /** What has to be installed before the target can start here, and whether it is. */
  provision(target: Target): Provision;
  /** What is installed for the target, read without starting anything. */
  describe(target: Target): Footprint;
  /**
   * Starts a worker that has been asked nothing yet. A worker that does not come up fails its first request.
   *
   * @throws TouchstoneError where an option is missing that the host needs to start anything
   */
  launch(options: LaunchOptions): Worker;
  /**
   * Whether workers that compute on such a device can be stopped while others are timed; where not, `pause` and `resume`
   * do nothing.
   */
  canPause(device: DeviceKind): boolean;
  /** Ends whatever several workers shared. Called once no worker of the host is alive; launching again is allowed. */
  close(): Promise<void>;
}

export interface Provision {
  /** In the order in which they have to be made; empty for a target that needs nothing beyond this project's packages. */
  readonly installations: readonly Installation<object>[];
  availability(): Promise<Availability>;
  /** The command for a target that is there and does not come up; by default `setup` with its name. */
  readonly mend?: string;
}

export type Availability =
  | {
      readonly available: true;
      /** The program that the target's workers run in, where it is not the host's own: `bin/python` of an environment. */
      readonly executable?: string;
    }
  /** `fix` is the command that makes it available. */
  | { readonly available: false; readonly reason: string; readonly fix: string };

/** What a target has on disk. */
export interface Footprint {
  /** Versions of the installed packages, by name. */
  readonly versions: Readonly<Record<string, string>>;
  /** What the installation takes up; folders that do not exist count as nothing. */
  readonly folders: readonly string[];
  /** The environment that the target has to itself, where it has one. */
  readonly environment: string | null;
}

export interface LaunchOptions {
  readonly target: Target;
  readonly budget: Budget;
  /** Where stdout and stderr go; made with its folder. */
  readonly logFile: string;
  /** Deadline of a request that names none. */
  readonly deadlineMs: number;
  /** As the target's `Availability` gives it. */
  readonly executable?: string;
  /** Another commit of the project, whose worker is started; by default this one. */
  readonly checkout?: Checkout;
  /** Added to the worker's environment last. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Another program than the host's own, for tests. */
  readonly command?: readonly string[];
}
