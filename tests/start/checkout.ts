/**
 * A small checkout with the real starter in it, and an `npm` of its own that "installs" a compiler in no time: what
 * is under test is when the starter installs, not what npm does.
 */
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';
import { projectRoot } from '../../common/paths.js';

export type Checkout = ReturnType<typeof makeCheckout>;

/**
 * Stands in for npm and, once "installed", for tsc. It writes the modules in two steps with a pause between them, as
 * long as `FAKE_NPM_MS` says, so that it can be interrupted half-way.
 */
const fakeNpm = `#!${process.execPath}
const fs = require('node:fs');
const cache = process.env.npm_config_cache, gpu = process.env.ONNXRUNTIME_NODE_INSTALL;
fs.appendFileSync('npm-calls', process.argv.slice(2).join(' ') + ' cache=' + cache + ' gpu=' + gpu + '\\n');
fs.rmSync('node_modules', { recursive: true, force: true });
fs.mkdirSync('node_modules/typescript/bin', { recursive: true });
if (process.env.FAKE_NPM_FAILS) { console.error('npm error 404 no such package'); process.exit(1); }
setTimeout(() => {
  fs.copyFileSync('fake-tsc.js', 'node_modules/typescript/bin/tsc');
  fs.appendFileSync('npm-calls', 'done\\n');
}, Number(process.env.FAKE_NPM_MS ?? 0));
`;

/**
 * Starts a process of its own that writes to `heartbeat` all the time, as the compiler's launcher starts the native compiler and
 * pip starts another pip, and waits for it. After a minute it ends in any case.
 */
export const withGrandchild = `
require('node:child_process').spawn(process.execPath, ['-e', "setInterval(() => require('node:fs').appendFileSync('heartbeat', 'x'), 10); setTimeout(process.exit, 60000)"]);
setInterval(() => 0, 1000);
`;

/** "Compiles" bench.ts and every file under adapters/ by copying, and notes that it did. */
const fakeTsc = `
const fs = require('node:fs'), path = require('node:path');
const out = process.argv[process.argv.indexOf('--outDir') + 1];
fs.mkdirSync(path.join(out, 'adapters'), { recursive: true });
fs.copyFileSync('bench.ts', path.join(out, 'bench.js'));
for (const name of fs.readdirSync('adapters')) fs.copyFileSync('adapters/' + name, path.join(out, 'adapters', name.replace('.ts', '.js')));
fs.appendFileSync('compilations', 'one\\n');
`;

export function makeCheckout() {
  const root = mkdtempSync(join(tmpdir(), 'touchstone-start-'));
  const path = (...parts: string[]) => join(root, ...parts);
  for (const folder of ['bin', 'adapters', 'runners/process']) mkdirSync(path(folder), { recursive: true });
  for (const file of ['start.mjs', 'runners/process/end-together.sh'])
    copyFileSync(join(projectRoot, file), path(file));
  writeFileSync(path('package.json'), '{ "type": "module" }');
  writeFileSync(path('package-lock.json'), '{}');
  writeFileSync(path('tsconfig.json'), '{}');
  writeFileSync(path('bin/npm'), fakeNpm);
  chmodSync(path('bin/npm'), 0o755);
  writeFileSync(path('fake-tsc.js'), fakeTsc);
  writeFileSync(path('adapters/one.ts'), '');
  writeFileSync(
    path('bench.ts'),
    "console.log('bench', process.argv.slice(2).join(' ')); process.exitCode = 3;",
  );
  // The fakes are CommonJS; the sources are modules.
  writeFileSync(path('bin/package.json'), '{ "type": "commonjs" }');
  return {
    root,
    path,
    /** One line for each time that npm was called: its arguments and what it was told through the environment. */
    npmCalls: () =>
      existsSync(path('npm-calls')) ? readFileSync(path('npm-calls'), 'utf8').trim().split('\n') : [],
    /** Starts the starter with these arguments, by default from a folder that has nothing to do with it. */
    start: (parameters: readonly string[], env: Record<string, string> = {}, cwd = tmpdir()) =>
      execa(process.execPath, [path('start.mjs'), ...parameters], {
        cwd,
        reject: false,
        env: {
          PATH: `${path('bin')}${delimiter}${process.env.PATH}`,
          npm_config_cache: undefined,
          TOUCHSTONE_HOME: undefined,
          ...env,
        },
      }),
  };
}
