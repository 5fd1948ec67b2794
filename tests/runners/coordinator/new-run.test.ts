import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { RunManifest } from '../../../common/run/run-folder.js';
import { resumedRun } from '../../../runners/coordinator/new-run.js';
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
