/**
 * The packed file, installed into a project as npm would lay it out, with this clone's own packages beside it: what is
 * under test is what the file holds and how it finds things, not the download of 900 MB.
 */
import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { z } from 'zod';
import { projectRoot } from '../../common/paths.js';

const packageFile = z.object({ name: z.string(), dependencies: z.record(z.string(), z.string()) });
export const { name: packageName, dependencies } = packageFile.parse(
  JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')),
);

/** Packs the build as it is: to compile anew would pull it away from under other tests. */
export async function pack(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'touchstone-pack-'));
  const parameters = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder];
  const { stdout } = await execa('npm', parameters, { cwd: projectRoot });
  const [{ filename }] = z.tuple([z.object({ filename: z.string() })]).parse(JSON.parse(stdout));
  return join(folder, filename);
}

export type Project = Awaited<ReturnType<typeof install>>;

/** A folder that holds nothing but the package and what it depends on. */
export async function install(file: string) {
  const root = mkdtempSync(join(tmpdir(), 'touchstone-project-'));
  const path = (...parts: string[]) => join(root, ...parts);
  const folder = path('node_modules', packageName);
  mkdirSync(folder, { recursive: true });
  await execa('tar', ['-xzf', file, '--strip-components=1', '-C', folder]);
  for (const name of Object.keys(dependencies)) {
    const link = path('node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(projectRoot, 'node_modules', name), link);
  }
  mkdirSync(path('node_modules/.bin'));
  symlinkSync(join(folder, 'touchstone.mjs'), path('node_modules/.bin/touchstone'));
  return {
    root,
    path,
    folder,
    /** A shell's line, as a user types it. */
    shell: (line: string, env: Record<string, string> = {}) =>
      execa('bash', ['-c', line], {
        cwd: root,
        reject: false,
        stdin: 'ignore',
        env: { NO_COLOR: '1', TOUCHSTONE_HOME: undefined, TOUCHSTONE_HISTORY: undefined, ...env },
      }),
    write: (name: string, text: string) => writeFileSync(path(name), text),
  };
}

/** Adds the declarations that `npm pack` makes before it packs. */
export async function addDeclarations({ folder }: Project): Promise<void> {
  const compiler = join(projectRoot, 'node_modules/typescript/bin/tsc');
  const config = join(projectRoot, 'tsconfig.package.json');
  await execa(process.execPath, [compiler, '--project', config, '--outDir', join(folder, 'build')]);
}

/**
 * ConvNetJS under another name: an adapter of somebody else's, which imports Touchstone by its package's name.
 *
 * @param times how often it computes what it is asked for once
 */
export function adapterOfTheirs(times = 1): string {
  return `
import convnetjs from '${packageName}/adapters/convnetjs/index.js';

const [target] = convnetjs.targets;
async function open(...parameters) {
  const framework = await target.open(...parameters);
  return { ...framework, loadInference: (model) => repeated(framework.loadInference(model)) };
}
function repeated(model) {
  const run = (buffer) => {
    for (let time = 1; time < ${times}; time++) model.run(buffer);
    return model.run(buffer);
  };
  return { ...model, run };
}
export default { ...convnetjs, name: 'mine', targets: [{ ...target, name: 'mine/js', open }] };
`;
}
