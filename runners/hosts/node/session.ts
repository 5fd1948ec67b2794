/** What a Node worker knows between requests, and how it answers each of them. */
import type { NodeTarget, OpenFramework } from '../../../adapters/adapter.js';
import { unreachable } from '../../../common/errors.js';
import { loadModel } from '../../../model/artefact/load-model.js';
import { writeTensors } from '../../../model/safetensors.js';
import { ownCpus } from '../../process/cpu-list.js';
import {
  protocolVersion,
  type RequestBody,
  type RequestType,
  type Results,
} from '../../protocol/messages.js';
import { allocator } from './allocator.js';
import { generating } from './generating.js';
import { importFrom } from './import-from.js';
import { inference } from './inference.js';
import type { Learning, LoadedModel } from './loaded-model.js';
import { residentMemory } from './memory.js';
import { packagesRoot } from './packages.js';
import { findNodeTarget } from './target.js';
import { learner } from './training.js';
import { witnessed } from './witness.js';

type Of<T extends RequestType> = Extract<RequestBody, { type: T }>;

/** A request that comes at the wrong moment, or that this worker cannot understand. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}

export class Session {
  #target: NodeTarget | undefined;
  #budget: Of<'hello'>['budget'] | undefined;
  #framework: OpenFramework | undefined;
  #loaded: LoadedModel | undefined;

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
        return residentMemory();
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
    this.#target = await findNodeTarget(request.target);
    if (this.#target.version !== undefined) {
      importFrom(packagesRoot(this.#target), this.#target.packages);
    }
    this.#budget = request.budget;
    return {
      protocol: protocolVersion,
      pid: process.pid,
      runtime: `node ${process.versions.node}`,
      cpus: ownCpus(),
    };
  }

  async #describe(): Promise<Results['describe']> {
    if (!this.#target || !this.#budget) throw new ProtocolError('describe before hello');
    if (this.#framework) throw new ProtocolError('describe twice');
    const begin = process.hrtime.bigint();
    this.#framework = await this.#target.open(this.#budget);
    const importNs = since(begin);
    const { versions, configuration } = await this.#framework.describe();
    return {
      importNs,
      versions: { ...versions },
      configuration: { ...configuration, allocator: allocator() },
      cpus: ownCpus(),
    };
  }

  /** Times the framework's own work only: reading the artefact is the harness's. */
  async #load(request: Of<'load'>): Promise<Results['load']> {
    const framework = this.#framework;
    if (!framework) throw new ProtocolError('load before describe');
    if (this.#loaded) throw new ProtocolError('load while a model is loaded');
    const model = await loadModel(request.folder);
    const { manifest } = model;
    if (manifest.mode !== request.mode) {
      throw new ProtocolError(`load for ${request.mode} of an artefact made for ${manifest.mode}`);
    }
    const begin = process.hrtime.bigint();
    if (!manifest.training) {
      const loaded = await framework.loadInference(model);
      const { generation } = model.manifest;
      const answering = generation ? generating(loaded, generation) : loaded;
      this.#loaded = inference(answering, manifest);
    } else {
      if (!framework.loadTraining) throw new ProtocolError(`${this.#target?.name} cannot train`);
      const learning = await framework.loadTraining(model);
      this.#loaded = learner(learning, manifest, manifest.training);
    }
    return { loadNs: since(begin), configuration: this.#loaded.configuration };
  }

  async #warm(request: Of<'warm'>): Promise<Results['warm']> {
    return { samplesNs: await this.#present().warm(request) };
  }

  #turn(request: Of<'turn'>): Promise<Results['turn']> {
    const loaded = this.#present();
    return witnessed(() => loaded.turn(request));
  }

  async #verify({ file }: Of<'verify'>): Promise<Results['verify']> {
    const loaded = this.#present();
    await writeTensors(file, await loaded.verify());
    return { buffers: loaded.buffers };
  }

  async #audit({ file }: Of<'audit'>): Promise<Results['audit']> {
    const kept = this.#present().audit();
    if (!kept) return { outputs: 0 };
    await writeTensors(file, kept.tensors);
    return { outputs: kept.outputs };
  }

  #epoch(request: Of<'epoch'>): Promise<Results['epoch']> {
    const learning = this.#learning(request.order);
    return witnessed(() => learning.epoch(request));
  }

  async #classify({ buffers }: Of<'classify'>): Promise<Results['classify']> {
    return { classes: await this.#learning(buffers).classify(buffers) };
  }

  /** @throws ProtocolError where the model does not learn, or lacks one of these buffers */
  #learning(buffers: readonly number[]): Learning {
    const { learning, buffers: present } = this.#present();
    if (!learning) throw new ProtocolError('the model that is loaded does not learn');
    const missing = buffers.find((buffer) => buffer >= present);
    if (missing !== undefined) throw new ProtocolError(`buffer ${missing} of a model that has ${present}`);
    return learning;
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

function since(begin: bigint): number {
  return Number(process.hrtime.bigint() - begin);
}
