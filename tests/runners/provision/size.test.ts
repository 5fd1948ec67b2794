/** What an installation takes up. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeStamp } from '../../../runners/provision/installation.js';
import { folderSize, installedSize } from '../../../runners/provision/size.js';

describe('the size of an installation', () => {
  const folder = () => {
    const made = mkdtempSync(join(tmpdir(), 'touchstone-size-'));
    writeFileSync(join(made, 'library'), Buffer.alloc(1_000_000, 1));
    return made;
  };

  it('is what its stamp says, and is measured where that says nothing', async () => {
    const made = folder();
    const measured = await installedSize(made);
    expect(measured).toBeGreaterThan(900_000);
    expect(measured).toBeLessThan(1_200_000);
    writeStamp(made, { lockHash: 'of an earlier build' });
    expect(await installedSize(made)).toBeGreaterThan(900_000);
    writeStamp(made, { sizeBytes: 42 });
    expect(await installedSize(made)).toBe(42);
  });

  it('is not known of a folder that is not there', async () => {
    expect(await folderSize('/nowhere/at/all')).toBeNull();
  });
});
