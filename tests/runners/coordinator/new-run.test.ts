import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { addOutsideAdapter } from '../../../adapters/discover.js';
import { explain } from '../../../common/errors.js';
import type { RunManifest } from '../../../common/run/run-folder.js';
import { resumedRun } from '../../../runners/coordinator/new-run.js';
import { plannedAdapters } from '../../../runners/coordinator/outside-adapters.js';
import { touchstoneVersion } from '../../../runners/coordinator/version.js';
import { readMachine } from '../../../runners/machine/machine.js';
import { makeWorld } from '../schedule/scripted.js';

/** Folder of a run that has begun, here and now but for the changes. */
async function begun(changes: Partial<RunManifest> = {}): Promise<string> {
  const { manifest } = makeWorld({ targets: [{ name: 'a/b', iterationMs: 1, startMs: 1 }] });
  const here = { targets: [], machine: readMachine(), touchstone: await touchstoneVersion() };
  const folder = mkdtempSync(join(tmpdir(), 'touchstone-begun-'));
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ ...manifest, ...here, ...changes }));
  return folder;
}

it('a run goes on where it began', async () => {
  const folder = await begun();
  expect(await resumedRun(folder)).toMatchObject({ folder });
});

it('another machine or another commit does not go on with it', async () => {
  const machine = { ...readMachine(), cpu: 'Another CPU' };
  await expect(resumedRun(await begun({ machine }))).rejects.toThrow(/another machine: cpu: Another CPU → /);
  const touchstone = { version: '0.1.0', commit: 'abc' };
  await expect(resumedRun(await begun({ touchstone }))).rejects.toThrow(
    /another commit of Touchstone \(abc, here /,
  );
});

describe('a run folder that names an adapter', () => {
  afterEach(() => vi.unstubAllEnvs());

  /** An adapter that notes in a file that its code ran. */
  function adapter() {
    vi.stubEnv('TOUCHSTONE_ADAPTER', '');
    const folder = mkdtempSync(join(tmpdir(), "touchstone-adapter's-"));
    const [path, trace] = [join(folder, 'theirs.mjs'), join(folder, 'ran')];
    const write = (more = '') =>
      writeFileSync(
        path,
        `import { writeFileSync } from 'node:fs';
         writeFileSync(${JSON.stringify(trace)}, '');
         export default { name: 'theirs', title: 'Theirs', homepage: '', targets: [] };${more}`,
      );
    write();
    return { path, write, ran: () => existsSync(trace) };
  }

  const refusal = (folder: string) => resumedRun(folder).then(() => 'it went on', explain);

  it('does not have its code run; the error says which --adapter would', async () => {
    const { path, ran } = adapter();
    const folder = await begun({ adapters: [path] });
    const quoted = `'${path.replace("'", String.raw`'\''`)}'`;
    expect(await refusal(folder)).toBe(
      `${folder} names adapters, and runs their code only where they are given again: ${path} (if you trust them: \`npm run bench -- --adapter ${quoted} --resume ${folder}\`)`,
    );
    expect(ran()).toBe(false);
  });

  it('goes on once the adapter is given', async () => {
    const { path, ran } = adapter();
    addOutsideAdapter(path);
    const folder = await begun(plannedAdapters());
    expect(await resumedRun(folder)).toMatchObject({ folder });
    expect(ran()).toBe(true);
  });

  it('does not go on with other code in the same place, nor with none', async () => {
    const { path, write, ran } = adapter();
    addOutsideAdapter(path);
    const folder = await begun(plannedAdapters());
    write('// changed');
    expect(await refusal(folder)).toMatch(/theirs\.mjs has changed since .* began \(begin it again with `/);
    const gone = `${path}.gone`;
    addOutsideAdapter(gone);
    const other = await begun({ adapters: [gone], adapterDigests: { [gone]: 'aa' } });
    expect(await refusal(other)).toMatch(/theirs\.mjs\.gone cannot be read: ENOENT/);
    expect(ran()).toBe(false);
  });
});
