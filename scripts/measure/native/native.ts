/**
 * Nets as each framework's users write them by hand, from its documentation: what our lowerings are held against. One module
 * for each framework, or a folder of that name with an `index.ts`. A net takes its weights from the artefact by their names, and
 * knows nothing of our planner.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Model } from '../../../adapters/adapter.js';
import type { Call } from '../paired/contenders.js';
import { type Net, singleOutput } from '../paired/verify.js';

export interface NativeNet {
  /** What the timed path of an adapter does, on the same inputs. */
  readonly call: Call;
  /** The output's values, row-major, from what `call` returned. In training `call` returns the loss. */
  values(output: unknown): ArrayLike<number>;
}

export interface NativeModule {
  /**
   * @param workload without `-small`: sizes come from the shapes of the weights
   * @returns undefined where there is no net for that workload
   */
  build(workload: string, model: Model, target: string): Promise<NativeNet | undefined>;
}

export async function nativeNet(target: string, model: Model): Promise<Net | { missing: string }> {
  const [framework = ''] = target.split('/');
  const path = [`${framework}.js`, join(framework, 'index.js')]
    .map((file) => join(import.meta.dirname, file))
    .find(existsSync);
  const workload = model.manifest.workload.replace(/-small$/, '');
  const module = path && ((await import(pathToFileURL(path).href)) as NativeModule);
  const net = module ? await module.build(workload, model, target) : undefined;
  if (!net) return { missing: `there is no hand-written ${workload} for ${framework}` };
  return {
    call: net.call,
    timed: net.call,
    read: (output) => singleOutput(model, net.values(output)),
  };
}
