/** The workflow that publishes a site, as far as it can be tried without the service: its scripts run, with npm played by another. */
import { readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { projectRoot } from '../../../common/paths.js';
import { runBlocks } from '../../run-blocks.js';

const text = readFileSync(join(projectRoot, 'docs', 'ci', 'touchstone-site.yml'), 'utf8');
const scripts = runBlocks(text);
const steps = ['Fetch what there is', 'Measure', 'Keep the run', 'Make the site', 'Publish'];

/** A run folder from a measurement, of another name where there is one; of a site, a page with the runs that it was given. */
const npm = `#!/bin/bash
out="\${*: -1}"
if [ "$4" = report ]; then
  shift 8
  mkdir -p ../gh-pages && ls -d "$@" | xargs -n 1 basename > ../gh-pages/index.html
else
  while [ -e "$out" ]; do out="$out-2"; done
  mkdir -p "$out" && echo '{}' > "$out/manifest.json" && echo '{}' > "$out/results.json" && echo > "$out/report.html"
fi
`;

let folder = '';
const git = (cwd: string, ...args: string[]) => execa('git', ['-C', cwd, ...args]);
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'touchstone-workflow-'));
  await mkdir(join(folder, 'bin'));
  await writeFile(join(folder, 'bin', 'npm'), npm);
  await chmod(join(folder, 'bin', 'npm'), 0o755);
  const origin = join(folder, 'origin');
  await execa('git', ['init', '--quiet', '--initial-branch', 'main', origin]);
  await git(
    origin,
    '-c',
    'user.name=a',
    '-c',
    'user.email=a@b',
    'commit',
    '--quiet',
    '--allow-empty',
    '-m',
    'x',
  );
});
afterEach(() => rm(folder, { recursive: true }));

/** All steps in a fresh checkout, as the service runs them. */
async function runWorkflow(name: string): Promise<void> {
  await mkdir(join(folder, name));
  const checkout = join(folder, name, 'checkout');
  await execa('git', ['clone', '--quiet', join(folder, 'origin'), checkout]);
  for (const step of steps) {
    const place = { 'Keep the run': '../touchstone-runs', Publish: '../gh-pages' }[step] ?? '.';
    await execa('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', scripts.get(step)!], {
      cwd: join(checkout, place),
      env: {
        PATH: `${join(folder, 'bin')}:${process.env.PATH}`,
        TARGETS: 'onnxruntime/cpu',
        TIME: '1s',
        SITE_URL: 'https://example.org/',
      },
    });
  }
}

const filesIn = async (branch: string) =>
  (await git(join(folder, 'origin'), 'ls-tree', '-r', '--name-only', branch)).stdout.split('\n');

it('every script is valid bash, and nothing of the service is pasted into one', async () => {
  expect([...scripts.keys()]).toEqual(['Install what the targets need', ...steps]);
  for (const script of scripts.values()) {
    expect((await execa('bash', ['-n'], { input: script, reject: false })).stderr).toBe('');
    expect(script).not.toContain('${{');
  }
});

it('every action is pinned to a commit that the gate’s workflow pins too', () => {
  const gate = readFileSync(join(projectRoot, 'docs', 'ci', 'touchstone-gate.yml'), 'utf8');
  const pins = [...text.matchAll(/uses: (\S+@[0-9a-f]{40})/g)].map(([, pin = '']) => pin);
  expect(pins).toHaveLength([...text.matchAll(/uses: /g)].length);
  for (const pin of pins) expect(gate).toContain(pin);
});

it('keeps runs without what is made again, and publishes a site of all of them', async () => {
  await runWorkflow('first');
  const [kept = '', ...others] = await filesIn('touchstone-runs');
  expect(others).toEqual([]);
  expect(kept).toMatch(/^\d{8}-\d{6}\/manifest\.json$/);
  expect(await filesIn('gh-pages')).toEqual(['.nojekyll', 'index.html']);
  await runWorkflow('second');
  expect(await filesIn('touchstone-runs')).toHaveLength(2);
  const page = await git(join(folder, 'origin'), 'show', 'gh-pages:index.html');
  expect(page.stdout.split('\n')).toHaveLength(2);
  expect(await filesIn('main')).toEqual(['']);
});
