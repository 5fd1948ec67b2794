import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { makeFolder, temporaryFolder, withRegularFile, writeWhole } from '../../common/files.js';

const root = mkdtempSync(join(tmpdir(), 'touchstone-files-'));
afterEach(() => vi.unstubAllEnvs());
afterAll(() => rmSync(root, { recursive: true }));

describe('writeWhole', () => {
  it('takes the same file twice at once', async () => {
    const path = join(root, 'plan.json');
    await Promise.all(Array.from({ length: 20 }, () => writeWhole(path, 'whole')));
    expect(readFileSync(path, 'utf8')).toBe('whole');
  });
});

describe('makeFolder', () => {
  it('makes it with those above it, and leaves one that is there', () => {
    const folder = join(root, 'a', 'b', 'c');
    makeFolder(folder);
    makeFolder(folder);
    expect(statSync(folder).isDirectory()).toBe(true);
  });

  it.skipIf(process.platform !== 'linux')('ends where no folder can be made', () => {
    // In a process of its own: Node's `recursive` does not come back from here.
    const script = `import { makeFolder } from '${join(import.meta.dirname, '../../build/common/files.js')}';
      try { makeFolder('/proc/no/folder'); } catch (error) { console.log(error.code); }`;
    const told = execFileSync(process.execPath, ['--input-type=module', '-e', script], { timeout: 20_000 });
    expect(String(told)).toBe('ENOENT\n');
  });

  it('fails for a place that a file or a link to nothing has taken', () => {
    writeFileSync(join(root, 'file'), '');
    expect(() => makeFolder(join(root, 'file', 'x'))).toThrow(/ENOTDIR/);
    execFileSync('ln', ['-s', join(root, 'nothing'), join(root, 'link')]);
    expect(() => makeFolder(join(root, 'link'))).toThrow(/EEXIST/);
  });
});

describe('temporaryFolder', () => {
  it('is a new one', async () => {
    const [one, other] = await Promise.all([temporaryFolder('test'), temporaryFolder('test')]);
    expect(one).not.toBe(other);
    for (const folder of [one, other]) {
      expect(existsSync(folder)).toBe(true);
      rmSync(folder, { recursive: true });
    }
  });

  it('names TMPDIR where that takes none', async () => {
    vi.stubEnv('TMPDIR', join(root, 'nowhere'));
    await expect(temporaryFolder('test')).rejects.toMatchObject({
      code: 'storage',
      message: expect.stringMatching(/^cannot make a folder in .*nowhere: ENOENT/),
      hint: expect.stringContaining('TMPDIR'),
    });
  });
});

describe('withRegularFile', () => {
  it('reads a file, and refuses what may never end', async () => {
    const file = join(root, 'text');
    writeFileSync(file, 'text');
    expect(await withRegularFile(file, (opened) => opened.readFile('utf8'))).toBe('text');
    const pipe = join(root, 'pipe');
    execFileSync('mkfifo', [pipe]);
    for (const other of [pipe, root, '/dev/zero'])
      await expect(withRegularFile(other, (opened) => opened.readFile())).rejects.toThrow(
        `${other} is not a regular file`,
      );
  });
});
