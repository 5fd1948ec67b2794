import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { writeGateOutputs } from '../../../reports/regression/outputs/index.js';
import { commentMarker } from '../../../reports/regression/outputs/markdown.js';
import { gateReport } from '../../../reports/regression/report.js';
import { report } from './fixture.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'touchstone-gate-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});
const read = (name: string) => readFileSync(join(folder, name), 'utf8');

describe('writeGateOutputs', () => {
  it('writes what was asked for and nothing else', async () => {
    await writeGateOutputs(report(), {
      json: join(folder, 'new/gate.json'),
      sarif: join(folder, 'gate.sarif'),
    });
    expect(readdirSync(folder).sort()).toEqual(['gate.sarif', 'new']);
    expect(gateReport.parse(JSON.parse(read('new/gate.json')))).toEqual(report());
    expect(JSON.parse(read('gate.sarif')).version).toBe('2.1.0');
  });

  it('writes Markdown anew, but appends to the summary of a CI step', async () => {
    const [summary, other] = [join(folder, 'summary'), join(folder, 'gate.md')];
    vi.stubEnv('GITHUB_STEP_SUMMARY', summary);
    writeFileSync(summary, 'from before');
    writeFileSync(other, 'from before');
    for (const markdown of [summary, other]) await writeGateOutputs(report(), { markdown });
    expect(read('summary').startsWith(`from before\n\n${commentMarker}`)).toBe(true);
    expect(read('gate.md').startsWith(commentMarker)).toBe(true);
    await writeGateOutputs(report(), { markdown: summary });
    expect(read('summary').split(commentMarker)).toHaveLength(3);
  });

  it('one that cannot be written is a storage error, and the others are there', async () => {
    writeFileSync(join(folder, 'file'), '');
    const paths = { json: join(folder, 'file', 'gate.json'), junit: join(folder, 'junit.xml') };
    await expect(writeGateOutputs(report(), paths)).rejects.toMatchObject({ code: 'storage' });
    expect(read('junit.xml')).toContain('<testsuites');
  });
});
