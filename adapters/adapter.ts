/**
 * The contract between Touchstone and a framework. One file or folder under `adapters/` default-exports a
 * `Framework`; it is found by the folder listing, so nothing else is edited.
 *
 * The descriptor is cheap: planning and `list` read it without importing the framework. The framework itself is
 * imported only inside a worker process, by `open` (Node) or by the named module of the Python bridge.
 *
 * Adapters import nothing of the coordinator: only this file, `model/graph.ts` and `adapters/lowering/`.
 */

import type { Device, DeviceChoice, DeviceKind } from '../common/run/device.js';
import type { Model, TargetPlan } from '../model/artefact/model.js';
import type { Graph, Tensor, Tensors } from '../model/graph.js';
import type { Loss, Mode, Optimiser, Precision } from '../model/workload.js';

export type {
  Device,
  DeviceChoice,
  DeviceKind,
  Graph,
  Loss,
  Mode,
  Model,
  Optimiser,
  Precision,
  TargetPlan,
  Tensor,
  Tensors,
};

export interface Framework {
  /** First part of every target's name: `tfjs`. */
  readonly name: string;
  /** As its makers write it: `TensorFlow.js`. */
  readonly title: string;
  readonly homepage: string;
  readonly targets: readonly (NodeTarget | PythonTarget | BrowserTarget | Target)[];
  /** Set where its makers no longer develop it; reports list such frameworks apart. */
  readonly isDiscontinued?: true;
}

/** What planning and reports need of a target; each host's type of target has what the host needs. */
export interface Target {
  /** The host that carries its workers: a folder of `runners/hosts/`, such as `node` or `python`. */
  readonly host: string;
  /** The kind of device that it computes on: `cpu`, `cuda`, `webgpu`. */
  readonly device: DeviceKind;
  /** `framework/backend`: `tfjs/wasm`. */
  readonly name: string;
  /** One line: what it is and how it computes. */
  readonly summary: string;
  /** Modes that the framework supports, with the reason for each that it does not. */
  readonly modes: Readonly<Record<Mode, Support>>;
  readonly precisions: readonly Precision[];
  /** Update rules of model/workload.ts that it supports; by default `sgd` only. */
  readonly optimisers?: readonly Optimiser['name'][];
  /** Whether it is given the user's file itself, which it may be able to run where no graph describes it (`Graph.whole`). */
  readonly readsFiles?: true;
  /** Whether its models are a `Stepping` too, which workloads that generate need. */
  readonly generates?: true;
  /** Whether it compiles each model, which can take many times as long as its import: such targets are begun first. */
  readonly compiles?: true;
  /** Losses of model/workload.ts that it supports; by default `softmax-cross-entropy` only. */
  readonly losses?: readonly Loss[];
  /**
   * The plan by which this target builds the model, or why it cannot: decided from the graph alone, before anything is
   * spawned. A reason names the operator, the attribute or the value.
   *
   * @param optimiser of training, where the plan depends on it
   */
  lower(graph: Graph, mode: Mode, optimiser?: Optimiser): Lowering;
  /**
   * Set before the framework is imported: thread counts, strict float32, quiet logs.
   *
   * @param cache folder that outlives the process, for compilers that keep what they have made for this kind of processor
   */
  environment(budget: Budget, cache: string): Readonly<Record<string, string>>;
  /** True for those of `--targets default`, the set that a run without `--targets` measures and that has to fit its bar of time. */
  readonly isDefault?: true;
  /** Name of another set that it belongs to, by which `--targets` and `setup` choose it. */
  readonly set?: string;
  /**
   * Whether what of a model it refuses is known only when it has seen it: it reads the `.onnx` file by itself, or another
   * program converts its models.
   */
  readonly refusesAtLoad?: true;
  /** Set where the user asks for another version of the framework than the pinned one; see adapters/versions.ts. */
  readonly version?: string;
  /** True for the identity targets that measure the harness itself. They are never compared with frameworks. */
  readonly isNull?: boolean;
}

/** A framework that runs inside a worker of ours written in JavaScript, whatever its host. */
export interface JavaScriptTarget extends Target {
  /** Imports the framework and sets it up. This is the `import` phase. */
  open(budget: Budget): Promise<OpenFramework>;
}

/** A framework that runs inside a Node worker. */
export interface NodeTarget extends JavaScriptTarget {
  readonly host: 'node';
  /** npm packages that must be installed, the framework's own first; their versions are reported. */
  readonly packages: readonly string[];
  /** Native code of a package, where npm's own installation would have to download it. */
  readonly addon?: Addon;
}

/** Made in its package's folder, by `setup` or on first use, never while measuring. */
export interface Addon {
  readonly package: string;
  /** Expected size on disk. */
  readonly sizeMb: number;
  /** @returns where it comes from, one line for the log */
  make(tools: AddonTools): Promise<string>;
}

export interface AddonTools {
  /** Folder of the package. */
  readonly folder: string;
  /** Runs a program in that folder, its output into the log; rejects when it fails. */
  run(
    file: string,
    parameters: readonly string[],
    environment?: Readonly<Record<string, string>>,
  ): Promise<void>;
  /** Makes sure of a Python environment. */
  environment(name: string): Promise<{ readonly python: string; readonly packages: string }>;
  /** Folder for what is downloaded on the way. */
  readonly cache: string;
}

/** A framework that runs inside a Python worker; `open` is a function of the module that it names. */
export interface PythonTarget extends Target {
  readonly host: 'python';
  /** Name of the environment under `python-bridge/environments/`; outside the tree, its path without extension. */
  readonly environmentName: string;
  /** Name for pip of the framework's package in that environment, which another version replaces. */
  readonly distribution: string;
  /** Name of the environment whose packages convert its models, where its own has the runtime alone. */
  readonly converterEnvironment?: string;
  /**
   * Module under `touchstone_bridge.frameworks` whose `open_framework(target, threads)` drives it; outside the tree, the
   * path of its file.
   */
  readonly module: string;
}

/** A framework that runs in a page of a browser; `open` of the module that it names is bundled for the page. */
export interface BrowserTarget extends Target {
  readonly host: 'browser';
  /** The browser whose page it is. */
  readonly browser: BrowserKind;
  /** npm packages that must be installed, the framework's own first; the page may fetch their files. */
  readonly packages: readonly string[];
  /**
   * The compiled module that is a `PageModule`, as `new URL('./page.js', import.meta.url)`. It is bundled for the page, so nothing
   * that it imports may need Node.
   */
  readonly module: URL;
  /** The thread that computes: that of the page, unless it is a dedicated worker of the page. */
  readonly thread?: 'worker';
  /** Whether the framework compiles JavaScript from text, as `new Function` does, which pages forbid otherwise. */
  readonly evaluates?: true;
}

export type BrowserKind = 'chromium' | 'firefox';

/** What the module of a `BrowserTarget` exports. */
export interface PageModule {
  /** Imports the framework and sets it up. This is the `import` phase. @param target its name: `tfjs/wasm@browser` */
  open(target: string, budget: Budget, page: Page): Promise<OpenFramework>;
}

/** What a page offers to an adapter. */
export interface Page {
  /** Installed versions of the target's packages, by name. */
  readonly versions: Readonly<Record<string, string>>;
  /** URL of a file of one of the target's packages: `onnxruntime-web/dist/ort-wasm-simd-threaded.wasm`. */
  fileUrl(path: string): string;
}

export function isNodeTarget(target: Target): target is NodeTarget {
  return target.host === 'node' && 'packages' in target && 'open' in target;
}

export function isPythonTarget(target: Target): target is PythonTarget {
  return target.host === 'python' && 'environmentName' in target && 'module' in target;
}

export function isBrowserTarget(target: Target): target is BrowserTarget {
  return target.host === 'browser' && 'packages' in target && 'module' in target && 'browser' in target;
}

export type Support =
  | { readonly supported: true }
  /** `reason` completes "cannot run, because …" and names the missing operator, attribute or mode. */
  | { readonly supported: false; readonly reason: string };

/**
 * What `lower` makes of a graph. A plan is plain data: it is kept beside the artefact (`plans/<target>-<digest>.json`), and
 * the worker finds it in `Model.plan`.
 */
export type Lowering =
  | { readonly plan: TargetPlan }
  /** Completes "cannot run, because …". */
  | { readonly unsupported: string };

export const supported: Support = { supported: true };
export function unsupported(reason: string): Support {
  return { supported: false, reason };
}

/** What a worker may use; equal for all targets of a run. */
export interface Budget {
  /** Threads that the framework may compute with. */
  readonly threads: number;
  /** Numbers of the processors that the worker is bound to; empty where the system cannot bind. */
  readonly cpus: readonly number[];
  /** The device to compute on, of the target's kind. */
  readonly device: DeviceChoice;
}

/** A framework that has been imported and set up in this process. */
export interface OpenFramework {
  /** The effective settings, read from inside the framework, never repeated from the request. */
  describe(): Promise<Description> | Description;
  /** Device memory that this process has taken, at its highest; null where the framework does not report it. Absent: never. */
  deviceBytes?(): Promise<number | null> | number | null;
  loadInference(model: Model): Promise<InferenceModel> | InferenceModel;
  /** Absent where the framework cannot train. */
  loadTraining?(model: Model): Promise<TrainingModel> | TrainingModel;
}

export interface Description {
  /** Framework and kernel libraries with versions: `{ "tfjs": "4.22.0" }`. */
  readonly versions: Readonly<Record<string, string>>;
  readonly configuration: Configuration;
  /** What computes: `cpu`, or another device as the framework reports it. */
  readonly device: 'cpu' | Device;
}

/**
 * Effective settings, read from inside. The named ones are compared between every two targets on one chart; `null` means that
 * the framework does not report it. Further keys are shown and not compared.
 */
export interface Configuration {
  /** Threads that one operator may use. */
  readonly threads: number | null;
  /** Threads over which independent operators are spread. */
  readonly interOpThreads: number | null;
  /** `scalar`, `wasm simd128`, `avx2`, `avx512`, … as the kernel library reports it. */
  readonly instructionSet: string | null;
  /** `oneDNN`, `MLAS`, `XNNPACK`, `plain JavaScript`, … */
  readonly kernelLibrary: string | null;
  /** `eager`, `graph`, `graph, optimised`, `compiled`. */
  readonly execution: string | null;
  /** `persistent` where compiled programs outlive the process: load times are then those of programs that exist. */
  readonly compilationCache?: string | null;
  /** `NCHW` or `NHWC`. */
  readonly layout: string | null;
  /** Arithmetic of a float32 product: `float32`, `float64`, `tf32`. */
  readonly arithmetic: string | null;
  /** Whether subnormal numbers are flushed to zero. */
  readonly flushToZero: boolean | null;
  readonly [further: string]: string | number | boolean | null;
}

/**
 * A model ready to answer. `run` is the timed path: from the input in host memory, in the framework's own layout and
 * container (prepared by `load`), to the whole output in host memory. It does nothing else. A device has finished when it ends:
 * `read` waits for nothing, which workers check.
 */
export interface InferenceModel<Native = unknown> {
  run(buffer: number): Native | Promise<Native>;
  /** Present where inferences can be handed to a device without waiting for each: throughput is then measured beside latency. */
  readonly queue?: Queue<Native>;
  /** Untimed. Converts what `run` returned to ONNX names and layout; the same again when it is called again. */
  read(output: Native): Tensors;
  /** Untimed, optional: releases what `run` returned where the framework does not collect it by itself. */
  release?(output: Native): void;
  /** Present where every run leaves something behind on the device: after so many, `renew` lets go of it, untimed. */
  readonly wear?: { readonly maxRuns: number; renew(): Promise<void> };
  /** Settings that hold for this model only, such as which LSTM kernel was chosen. */
  readonly configuration?: Partial<Configuration>;
  dispose(): void;
}

/** Several inferences on a device and one wait, which is timed as a whole. */
export interface Queue<Native = unknown, Pending = unknown> {
  /** Hands one inference to the device, from the input in host memory, and does not wait until it is computed. */
  submit(buffer: number): Pending | Promise<Pending>;
  /** Waits until all of them are computed, brings the whole output of the last one to host memory, and lets go of the others. */
  finish(pending: readonly Pending[]): Promise<Native>;
}

/**
 * A model whose `run` is split into steps, so that outputs can be fed back into inputs; the whole loop is timed.
 *
 * @typeParam Inputs what `call` takes: the graph's inputs in host memory, in the framework's own layout and container
 */
export interface Stepping<Native = unknown, Inputs = unknown> extends InferenceModel<Native> {
  inputsOf(buffer: number): Inputs;
  call(inputs: Inputs): Native | Promise<Native>;
  /** The inputs of the next step, by the manifest's `generation`. */
  feed(inputs: Inputs, output: Native): Inputs;
}

/**
 * A model ready to learn. `step` is the timed path: forward, loss, backward and update on one batch; it ends when
 * the loss, taken before the update, is on the host.
 */
export interface TrainingModel {
  step(buffer: number): number | Promise<number>;
  /** Untimed. Restores the initial weights and the initial state of the optimiser. */
  reset(): void | Promise<void>;
  /** Untimed. The graph's output (logits) for a buffer, with the present weights. */
  output(buffer: number): Tensors | Promise<Tensors>;
  /**
   * Untimed. Gradient of the mean loss by parameter name, in ONNX layout, at the present weights. Absent where the
   * framework does not expose gradients: then the weights after k steps are compared instead.
   */
  gradients?(buffer: number): Tensors | Promise<Tensors>;
  /** Untimed. Present weights by parameter name, in ONNX layout. */
  weights(): Tensors | Promise<Tensors>;
  readonly configuration?: Partial<Configuration>;
  dispose(): void;
}
