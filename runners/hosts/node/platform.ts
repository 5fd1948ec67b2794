/** The platform that a Node process is for the portable worker. */
import { cpuModel } from '../../../common/cpu-model.js';
import { loadModel } from '../../../model/artefact/load-model.js';
import { writeTensors } from '../../../model/safetensors.js';
import { ownCpus } from '../../process/cpu-list.js';
import type { Clock, Platform } from '../../worker/platform.js';
import { wasmFeatures } from '../../worker/wasm-features.js';
import { allocator } from './allocator.js';
import { mark } from './mark.js';
import { residentMemory } from './memory.js';
import { findNodeTarget } from './target.js';

export const nodeClock: Clock<bigint> = {
  now: process.hrtime.bigint,
  tickNs: 1,
  nsBetween: (begin, end) => Number(end - begin),
  cpuNs() {
    const { user, system } = process.cpuUsage();
    return (user + system) * 1000;
  },
};

export const nodePlatform: Platform = {
  runtime: `node ${process.versions.node}`,
  pid: process.pid,
  clock: nodeClock,
  storage: { loadModel, writeTensors },
  findTarget: findNodeTarget,
  cpuName: cpuModel(),
  cpus: ownCpus,
  settings: () => ({ allocator: allocator(), javascriptEngine: engine(), wasm: wasmFeatures() }),
  memory: residentMemory,
  mark,
};

/** `V8 11.3` */
function engine(): string {
  return `V8 ${process.versions.v8.split('.').slice(0, 2).join('.')}`;
}
