/** The state of a JavaScript worker between requests, and its answer to each of them. Portable: see `platform.ts`. */
import type { JavaScriptTarget, OpenFramework } from '../../adapters/adapter.js';
import { unreachable } from '../../common/errors.js';
import { type Device, firstDevice } from '../../common/run/device.js';
import { protocolVersion, type RequestBody, type RequestType, type Results } from '../protocol/messages.js';
import { generating } from './generating.js';
import { inference } from './inference.js';
import type { Learning, LoadedModel } from './loaded-model.js';
import type { Platform } from './platform.js';
import { learner } from './training.js';
import { witnessed } from './witness.js';

type Of<T extends RequestType> = Extract<RequestBody, { type: T }>;

/** A request that comes at the wrong moment, or that this worker cannot understand. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}

export class StateMachine {
  readonly #platform: Platform;
  #target: Pick<JavaScriptTarget, 'open'> | undefined;
  #budget: Of<'hello'>['budget'] | undefined;
  #framework: OpenFramework | undefined;
  #loaded: LoadedModel | undefined;

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  /** The result of a request; whatever it throws becomes an error reply. */
  answer(request: RequestBody): Promise<Results[RequestType]> | Results[RequestType] {
    switch (request.type) {
      case 'hello':
        return this.#greet(request);
      case 'describe':
        return this.#describe();
      case 'load':
        return this.#load(request);
      case 'warm':
        return this.#warm(request);
      case 'verify':
        return this.#verify(request);
      case 'turn':
        return this.#turn(request);
      case 'audit':
        return this.#audit(request);
      case 'epoch':
        return this.#epoch(request);
      case 'classify':
        return this.#classify(request);
      case 'unload':
        return this.#unload();
      case 'memory':
        return this.#memory();
      case 'bye':
        return {};
      default:
        return unreachable(request);
    }
  }

  async #greet(request: Of<'hello'>): Promise<Results['hello']> {
    if (request.protocol !== protocolVersion) {
      throw new ProtocolError(`protocol ${request.protocol}, but this worker speaks ${protocolVersion}`);
    }
    const { pid, runtime } = this.#platform;
    this.#target = await this.#platform.findTarget(request.target);
    this.#budget = request.budget;
    return { protocol: protocolVersion, pid, runtime, cpus: await this.#platform.cpus() };
  }

  async #describe(): Promise<Results['describe']> {
    if (!this.#target || !this.#budget) throw new ProtocolError('describe before hello');
    if (this.#framework) throw new ProtocolError('describe twice');
    const { clock } = this.#platform;
    const begin = clock.now();
    this.#framework = await this.#target.open(this.#budget);
    const importNs = clock.nsBetween(begin, clock.now());
    const { versions, configuration, device } = await this.#framework.describe();
    return {
      importNs,
      versions: { ...versions },
      configuration: { ...configuration, ...this.#platform.settings() },
      device: device === 'cpu' ? processors(this.#platform.cpuName) : device,
      cpus: await this.#platform.cpus(),
    };
  }

  /** Times the framework's own work only: reading the artefact is the harness's. */
  async #load(request: Of<'load'>): Promise<Results['load']> {
    const framework = this.#framework;
    if (!framework) throw new ProtocolError('load before describe');
    if (this.#loaded) throw new ProtocolError('load while a model is loaded');
    if (request.plan === undefined) throw new ProtocolError('load without a plan');
    const { clock, storage } = this.#platform;
    const model = await storage.loadModel(request.folder, request.plan);
    const { manifest } = model;
    if (manifest.mode !== request.mode) {
      throw new ProtocolError(`load for ${request.mode} of an artefact made for ${manifest.mode}`);
    }
    const begin = clock.now();
    if (!manifest.training) {
      const loaded = await framework.loadInference(model);
      const { generation } = model.manifest;
      const answering = generation ? generating(loaded, generation) : loaded;
      this.#loaded = inference(answering, manifest, clock);
    } else {
      if (!framework.loadTraining) throw new ProtocolError('the target cannot train');
      const learning = await framework.loadTraining(model);
      this.#loaded = learner(learning, manifest, manifest.training, clock);
    }
    const { form } = model.plan;
    return {
      loadNs: clock.nsBetween(begin, clock.now()),
      configuration: { form, ...this.#loaded.configuration },
      ...(this.#loaded.queues ? { queues: true } : {}),
    };
  }

  async #warm(request: Of<'warm'>): Promise<Results['warm']> {
    return { samplesNs: await this.#present().warm(request) };
  }

  #turn(request: Of<'turn'>): Promise<Results['turn']> {
    const loaded = this.#present();
    if (request.submissions !== undefined && !loaded.queues) {
      throw new ProtocolError('a turn with submissions of a model that queues nothing');
    }
    return witnessed(this.#platform, () => loaded.turn(request));
  }

  async #verify({ file }: Of<'verify'>): Promise<Results['verify']> {
    const loaded = this.#present();
    await this.#platform.storage.writeTensors(file, await loaded.verify());
    return { buffers: loaded.buffers };
  }

  async #audit({ file }: Of<'audit'>): Promise<Results['audit']> {
    const kept = this.#present().audit();
    if (!kept) return { outputs: 0 };
    await this.#platform.storage.writeTensors(file, kept.tensors);
    return { outputs: kept.outputs };
  }

  #epoch(request: Of<'epoch'>): Promise<Results['epoch']> {
    const learning = this.#learning(request.order);
    return witnessed(this.#platform, () => learning.epoch(request));
  }

  async #classify({ buffers }: Of<'classify'>): Promise<Results['classify']> {
    return { classes: await this.#learning(buffers).classify(buffers) };
  }

  /** @throws ProtocolError where the model does not learn, or has no such buffer */
  #learning(buffers: readonly number[]): Learning {
    const { learning, buffers: present } = this.#present();
    if (!learning) throw new ProtocolError('the model that is loaded does not learn');
    const missing = buffers.find((buffer) => buffer >= present);
    if (missing !== undefined) throw new ProtocolError(`buffer ${missing} of a model that has ${present}`);
    return learning;
  }

  async #memory(): Promise<Results['memory']> {
    const deviceBytes = (await this.#framework?.deviceBytes?.()) ?? null;
    return { ...(await this.#platform.memory()), deviceBytes };
  }

  #unload(): Results['unload'] {
    const loaded = this.#present();
    this.#loaded = undefined;
    loaded.dispose();
    return {};
  }

  #present(): LoadedModel {
    if (!this.#loaded) throw new ProtocolError('no model is loaded');
    return this.#loaded;
  }
}

/** The processors as a device. */
function processors(name: string): Device {
  return { ...firstDevice('cpu'), name, driver: null, software: false };
}
