/** Adapters from outside: what is wrong with one is said in one line that names it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { discoverFrameworks, loadFramework } from '../../adapters/discover.js';
import { oneLine } from '../../common/errors.js';

const folder = mkdtempSync(join(tmpdir(), 'touchstone-adapters-'));
afterEach(() => vi.unstubAllEnvs());
afterAll(() => rmSync(folder, { recursive: true }));

let count = 0;
function adapter(text: string): string {
  const path = join(folder, `adapter-${++count}.mjs`);
  writeFileSync(path, text);
  return path;
}

const target = (name: string) => `{ name: '${name}', host: 'node', device: 'cpu', summary: '', packages: [],
  modes: { inference: { supported: true }, training: { supported: false, reason: 'no' } }, precisions: ['float32'],
  lower: () => ({ plan: { form: 'x' } }), environment: () => ({}) }`;
const framework = (name: string, ...targets: string[]) =>
  adapter(`export default { name: '${name}', title: 'X', homepage: '', targets: [${targets.map(target)}] };`);

async function refusal(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => expect.fail('was accepted'),
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({ code: 'usage' });
  return oneLine(error);
}

describe('loadFramework', () => {
  it('accepts one', async () => {
    expect((await loadFramework(framework('mine', 'mine/cpu'))).targets).toHaveLength(1);
  });

  it.each([
    [
      'targets that are no list',
      "export default { name: 'x', title: 'X', homepage: '', targets: 5 };",
      /targets: /,
    ],
    [
      'a target that is null',
      "export default { name: 'x', title: 'X', homepage: '', targets: [null] };",
      /targets\.0: /,
    ],
    [
      'a target without a function',
      `export default { name: 'x', title: 'X', homepage: '', targets: [{ ...${target('x/y')}, lower: 5 }] };`,
      /targets\.0\.lower: expected a function/,
    ],
    [
      'two targets of one name',
      `export default { name: 'x', title: 'X', homepage: '', targets: [${target('x/y')}, ${target('x/y')}] };`,
      /targets: two have the same name/,
    ],
    [
      'a getter that throws',
      "export default { get name() { throw new Error('not so\\nfast'); } };",
      /not so fast/,
    ],
    ['no default export', 'export const x = 1;', /default: /],
    ['null', 'export default null;', /default: /],
    ['a module that throws', "throw new Error('broken');", /cannot be loaded: broken/],
  ])('refuses %s', async (_, text, message) => {
    const path = adapter(text);
    const line = await refusal(loadFramework(path));
    expect(line).toMatch(message);
    expect(line).toContain(`the adapter ${path}`);
    expect(line).not.toContain('\n');
  });
});

describe('discoverFrameworks', () => {
  it.each([
    ['a framework', 'pytorch', 'mine/cpu'],
    ['a target', 'mine', 'pytorch/cpu'],
  ])('refuses %s from outside with the name of one inside', async (_, name, targetName) => {
    const path = framework(name, targetName);
    vi.stubEnv('TOUCHSTONE_ADAPTER', path);
    const line = await refusal(discoverFrameworks());
    expect(line).toMatch(/adapters .*pytorch.* and .* both have the name pytorch/);
    expect(line).toContain(path);
  });
});
