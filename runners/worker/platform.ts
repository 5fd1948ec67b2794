/**
 * What the portable core of a JavaScript worker needs of the place that it runs in. The core imports nothing of Node, so
 * that a browser page can bundle it; the shell around it (`runners/hosts/node/worker.ts`) hands a platform in.
 */
import type { JavaScriptTarget, Model, Tensors } from '../../adapters/adapter.js';

export interface Platform {
  /** Name and version, such as `node 20.20.2`. */
  readonly runtime: string;
  /** Number of the worker's process; null where it has none to itself. */
  readonly pid: number | null;
  readonly clock: Clock;
  readonly storage: Storage;
  /** The target of that name, its packages ready to be imported. */
  findTarget(name: string): Promise<Pick<JavaScriptTarget, 'open'>>;
  /** The model of the processors. */
  readonly cpuName: string;
  /** Processors that the worker may run on, ascending; null where the system does not report them. */
  cpus(): number[] | null | Promise<number[] | null>;
  /** Settings of the place itself, which are shown with those of the framework. */
  settings(): PlaceSettings;
  memory(): ResidentMemory | Promise<ResidentMemory>;
  /** Taken right before and right after each turn, outside the clock. */
  mark(): Mark | Promise<Mark>;
}

export interface PlaceSettings {
  /** `system`, or the name of the memory allocator that replaces it; null where that cannot be read. */
  readonly allocator: string | null;
  /** Such as `engine`, which runs JavaScript and WebAssembly (`V8 11.3`), and `wasm`, the features of the latter. */
  readonly [further: string]: string | number | boolean | null;
}

/** @typeParam Instant what the platform's own clock gives, converted to nanoseconds only after the clock has stopped */
export interface Clock<Instant = unknown> {
  /** Monotonic. */
  readonly now: () => Instant;
  nsBetween(begin: Instant, end: Instant): number;
  /** The shortest time that it can tell, in nanoseconds. */
  readonly tickNs: number;
  /** CPU time of the whole process so far, user and system, in nanoseconds; null where the platform does not report it. */
  cpuNs(): number | null | Promise<number | null>;
}

/** Where artefacts are read from and tensors written to. */
export interface Storage {
  /** @param plan path of the target's plan */
  loadModel(folder: string, plan: string): Promise<Model>;
  writeTensors(file: string, tensors: Tensors): Promise<void>;
}

/** Null where the platform does not report it. */
export interface ResidentMemory {
  readonly rssBytes: number | null;
  /** Highest since the worker started. */
  readonly peakRssBytes: number | null;
}

/** The state of the process and its processor at one moment. */
export interface Mark {
  /** Duration of a fixed piece of CPU work that involves no framework. */
  readonly workNs: number;
  /** How long the main thread has been ready without running; null where the platform does not report it. */
  readonly waitNs: number | null;
  /** How often the process has been taken off a processor; null where the platform does not report it. */
  readonly switches: number | null;
}
