/** The timed path of an adapter on a model, as a worker loads it. Nothing here needs Node: pages run it too. */
import type { OpenFramework } from '../../../adapters/adapter.js';
import type { Model } from '../../../model/artefact/model.js';
import type { Net } from './verify.js';

/** @param name of the target, for the message */
export async function loadedNet(framework: OpenFramework, model: Model, name: string): Promise<Net> {
  if (model.manifest.mode === 'inference') {
    const loaded = await framework.loadInference(model);
    const call = (buffer: number) => loaded.run(buffer);
    const timed = loaded.release
      ? async (buffer: number) => loaded.release?.(await loaded.run(buffer))
      : call;
    return { call, timed, read: (output) => loaded.read(output) };
  }
  if (!framework.loadTraining) throw new Error(`${name} does not train`);
  const loaded = await framework.loadTraining(model);
  await loaded.reset();
  const call = (buffer: number) => loaded.step(buffer);
  return { call, timed: call, read: () => ({}) };
}
