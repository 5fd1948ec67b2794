/** What the parity verdict of a cell depends on: change any of it, and the cell is checked again. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { filesBelow } from '../../common/files.js';
import { buildFolder, projectRoot, stateFolder } from '../../common/paths.js';
import { artefactKey } from '../../common/run/cell.js';
import { deviceId } from '../../common/run/device.js';
import type { PlannedCell, RunManifest } from '../../common/run/run-folder.js';
import type { Dependencies } from '../parity/verdicts.js';
import { threadsOf } from '../schedule/context.js';
import type { PreparedTarget } from './locate.js';

/** Compiled code that computes, drives or judges what a target answers; artefacts have a digest of their own. */
const code = ['adapters', 'model', 'runners/hosts', 'runners/parity', 'runners/protocol', 'runners/worker'];
/** Variables by which a user can change what a framework computes with. */
const settings =
  /^(?:ATEN|CUDA|DNNL|GOMP|JAX|KERAS|KMP|LD|MALLOC|MKL|MXNET|NODE|NVIDIA|OMP|ONEDNN|OPENBLAS|ORT|PYTHON|PYTORCH|TF|TFJS|TORCH|TORCHINDUCTOR|XLA)_/;

/** @returns undefined for an adapter outside the tree: it may import anything, so nothing tells whether it has changed */
export function verdictDependencies(
  manifest: RunManifest,
  cell: PlannedCell,
  entry: PreparedTarget,
): Dependencies | undefined {
  const artefact = manifest.artefacts[artefactKey(cell)];
  const own = targetDependencies(manifest.machine, entry);
  if (artefact === undefined || own === undefined) return undefined;
  return {
    ...own,
    artefact: basename(artefact),
    device: deviceId(cell.device),
    threads: String(threadsOf({ state: { manifest } }, cell.threads)),
  };
}

/** What every verdict of a target depends on; undefined for an adapter outside the tree, and in a visitor's browser. */
export function targetDependencies(
  { platform, cpu, instructionSets, node, browser }: RunManifest['machine'],
  entry: PreparedTarget,
): Dependencies | undefined {
  // It does not tell enough of its device to know it again.
  if (browser !== undefined) return undefined;
  const { framework, target, checkout } = entry;
  const root = checkout?.root ?? projectRoot;
  if (!existsSync(join(root, 'build', 'adapters', framework.name))) return undefined;
  return {
    target: target.name,
    code: codeDigest(root),
    installation: installationDigest(entry, root),
    settings: digest(
      Object.entries(process.env)
        .filter(([name]) => settings.test(name))
        .flat()
        .join('\n'),
    ),
    cpu: `${platform}, ${cpu}, ${instructionSets.join(' ')}`,
    node,
  };
}

const codeDigests = new Map<string, string>();

function codeDigest(root: string): string {
  const known = codeDigests.get(root);
  if (known !== undefined) return known;
  const build = root === projectRoot ? buildFolder : join(root, 'build');
  const bridge = join(root, 'python-bridge', 'touchstone_bridge');
  const files = [
    ...code
      .map((room) => join(build, room))
      .filter(existsSync)
      .flatMap((room) => filesBelow(room, /\.js$/)),
    ...filesBelow(bridge, /\.py$/),
  ];
  const found = digest(...files.flatMap((file) => [file.slice(root.length), readFileSync(file)]));
  codeDigests.set(root, found);
  return found;
}

/** By target: it is the same for all of its cells, of which some are kept again in every round. */
const installationDigests = new WeakMap<PreparedTarget, string>();

function installationDigest(entry: PreparedTarget, root: string): string {
  const found = installationDigests.get(entry) ?? digestInstallation(entry, root);
  installationDigests.set(entry, found);
  return found;
}

/** Versions of the framework's packages, and the stamps and lock files of what they were installed from. */
function digestInstallation({ host, target, executable }: PreparedTarget, root: string): string {
  const { versions, folders, environment } = host.describe(target);
  const state = root === projectRoot ? stateFolder : join(root, '.touchstone');
  const own = environment === null ? [] : [join(state, 'environments', basename(environment))];
  const stamps = [...folders, ...own].map((folder) => join(folder, 'touchstone.json'));
  const files = [join(root, 'package-lock.json'), ...stamps].filter((file) => existsSync(file));
  return digest(JSON.stringify(versions), executable ?? '', ...files.map((file) => readFileSync(file)));
}

function digest(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${part.length}:`).update(part);
  return hash.digest('hex').slice(0, 16);
}
