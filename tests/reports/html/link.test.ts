import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { linkModules } from '../../../reports/html/link.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'touchstone-link-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function linked(files: Readonly<Record<string, string>>): Promise<Record<string, unknown>> {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const script = await linkModules({ main: join(folder, 'main.js') });
  return runInNewContext(`${script}\nlinked.main`, {
    vega: { isString: (x: unknown) => typeof x === 'string' },
  });
}

describe('modules as one script', () => {
  it('keep their names apart, and what they share is one', async () => {
    const main = await linked({
      'shared.js': 'export const seen = [];\nconst own = 1;\nexport default own;\n',
      'left.js':
        "import own, { seen } from './shared.js';\nexport function left() { seen.push(own); return seen; }\n",
      'right.js':
        "import { seen as same } from './shared.js';\nconst own = 2;\nexport { own as second, same };\n",
      'main.js':
        "import { left } from './left.js';\nexport { second } from './right.js';\nimport { same } from './right.js';\nexport const found = () => left() === same;\n",
    });
    expect(main.second).toBe(2);
    expect((main.found as () => boolean)()).toBe(true);
  });

  it('have packages by their global names, where the page has them', async () => {
    const main = await linked({
      'main.js':
        "import { isString } from 'vega-util';\n/** export nothing\nexport of a comment\n*/\nexport const found = isString('x');\n",
    });
    expect(main.found).toBe(true);
  });

  it.each([
    ["import { a } from 'elsewhere';\n", 'import of elsewhere'],
    ["import * as all from './shared.js';\n", 'import * as all'],
    ['export default function named() {}\n', 'export default function'],
    ['export let changing = 1;\n', 'export let changing'],
  ])('of another form are refused: %s', async (text, said) => {
    await expect(linked({ 'main.js': text, 'shared.js': 'export const a = 1;\n' })).rejects.toThrow(said);
  });
});
