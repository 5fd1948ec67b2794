/** What the documentation says of files, commands and workloads is there. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { buildFolder, projectRoot } from '../../common/paths.js';
import { discoverSuites } from '../../suites/discover.js';

const read = (path: string) => readFileSync(join(projectRoot, path), 'utf8');
const inFolder = (folder: string) =>
  readdirSync(join(projectRoot, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name));
const pages = [...inFolder('.'), ...inFolder('docs'), ...inFolder('docs/measurements')];

/** As GitHub makes the anchor of a heading. */
function anchorsOf(path: string): string[] {
  const headings = [...read(path).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading);
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

describe.each(pages)('%s', (page) => {
  const links = [...read(page).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, link = '']) => link);

  it('links to what is there', () => {
    for (const link of links) {
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? page : relative(projectRoot, join(projectRoot, dirname(page), file));
      expect(existsSync(join(projectRoot, target)), link).toBe(true);
      if (anchor !== undefined) expect(anchorsOf(target), link).toContain(anchor);
    }
  });

  it('names npm scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json'));
    const named = [...read(page).matchAll(/npm run ([\w:-]+)/g)].map(([, script = '']) => script);
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(named));
  });
});

it('README.md can be read in five minutes', () => {
  expect(read('README.md').split('\n').length).toBeLessThanOrEqual(150);
});

it('docs/README.md has every page', () => {
  for (const page of inFolder('docs')) {
    if (page !== 'docs/README.md') expect(read('docs/README.md')).toContain(`](${relative('docs', page)})`);
  }
});

it('docs/workloads.md has every suite and every workload, but for the single operators', async () => {
  const page = read('docs/workloads.md');
  for (const suite of await discoverSuites()) {
    expect(page).toContain(`\`${suite.name}\``);
    if (suite.name === 'micro') continue;
    for (const entry of suite.workloads) {
      const name = typeof entry === 'string' ? entry : entry.workload;
      expect(page).toContain(`\`${name}\``);
    }
  }
});

it('docs/usage.md, docs/gate.md and README.md give options that exist', async () => {
  const bench = (...parameters: string[]) =>
    execa(process.execPath, [join(buildFolder, 'bench.js'), ...parameters, '--help']);
  const commands = [
    'run',
    'list',
    'doctor',
    'setup',
    'gate',
    'history',
    'bisect',
    'report',
    'compare',
    'retract',
    'serve',
  ];
  const texts = await Promise.all([bench(), bench('gate', 'accept'), ...commands.map((name) => bench(name))]);
  const help = texts.map(({ stdout }) => stdout).join('\n');
  for (const path of ['README.md', 'docs/usage.md', 'docs/gate.md']) {
    const lines = read(path)
      .split('\n')
      .filter((line) => /npm run bench -- |npx touchstone /.test(line));
    const options = lines.flatMap((line) => line.replace(/#.*$/, '').match(/(?<= )--[a-z][\w-]*/g) ?? []);
    expect(options.length).toBeGreaterThan(0);
    for (const option of options) expect(help, `${path}: ${option}`).toContain(`${option} `);
  }
});
