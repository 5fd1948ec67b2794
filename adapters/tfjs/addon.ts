/**
 * The addon of `@tensorflow/tfjs-node`: from npm where its download of libtensorflow works, else built against the
 * libtensorflow inside the TensorFlow wheel of Python, whose C interface is the same.
 */
import { existsSync, mkdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Addon, AddonTools } from '../adapter.js';

/** What the package calls the interface that its addon is built for (`binary.module_path` of its package.json). */
const library = join('deps', 'lib');

export const addon: Addon = {
  package: '@tensorflow/tfjs-node',
  sizeMb: 1,
  async make(tools) {
    const downloaded = await download(tools);
    if (!downloaded) await build(tools);
    await tools.run(process.execPath, ['-e', loadProgram]);
    return downloaded ? 'libtensorflow from npm' : 'built against the libtensorflow of TensorFlow for Python';
  },
};

/** As the adapter loads it; Node 23 took a function away that the package calls. */
const loadProgram = `require('util').isNullOrUndefined ??= (value) => value == null; require('.')`;

/** The package's own installation. False where it fails, which its log tells. */
async function download({ folder, run }: AddonTools): Promise<boolean> {
  clear(folder);
  try {
    await run(process.execPath, [join('scripts', 'install.js')]);
    return true;
  } catch {
    return false;
  }
}

async function build({ folder, cache, run, environment }: AddonTools): Promise<void> {
  const { python, packages } = await environment('tensorflow');
  link(folder, join(packages, 'tensorflow'));
  const require = createRequire(join(folder, 'package.json'));
  const builder = require.resolve('@mapbox/node-pre-gyp/bin/node-pre-gyp');
  await run(process.execPath, [builder, 'install', '--build-from-source'], {
    npm_config_python: python,
    npm_config_devdir: join(cache, 'node-gyp'),
    ...nodeHeaders(),
  });
}

/** The wheel names its libraries otherwise than the package; the loader asks for them by the names that they have inside. */
function link(folder: string, tensorflow: string): void {
  clear(folder);
  mkdirSync(join(folder, library), { recursive: true });
  symlinkSync(join(tensorflow, 'include'), join(folder, 'deps', 'include'));
  const [core, framework] = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];
  for (const [name, target] of [
    ['libtensorflow.so', core],
    ['libtensorflow.so.2', core],
    ['libtensorflow_cc.so.2', core],
    ['libtensorflow_framework.so', framework],
    ['libtensorflow_framework.so.2', framework],
  ] as const) {
    symlinkSync(join(tensorflow, target), join(folder, library, name));
  }
}

/** What an earlier installation left. */
function clear(folder: string): void {
  for (const name of ['deps', 'lib', 'build']) rmSync(join(folder, name), { recursive: true, force: true });
}

/** Node's own headers where they lie beside it; otherwise node-gyp downloads them. */
function nodeHeaders(): Record<string, string> {
  const prefix = dirname(dirname(realpathSync(process.execPath)));
  return existsSync(join(prefix, 'include/node/node_api.h')) ? { npm_config_nodedir: prefix } : {};
}
