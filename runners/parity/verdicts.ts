/**
 * Parity verdicts that are kept from run to run: a cell that agreed is not checked again while everything is the same that its
 * verdict depends on. What was wrong is looked at anew.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { makeFolder, writeWhole } from '../../common/files.js';
import { parityVerdict } from '../../common/run/run-folder.js';

/** What a verdict depends on, by name; a digest stands for what is long. */
export type Dependencies = Readonly<Record<string, string>>;

const keptVerdict = z.object({
  version: z.literal(1),
  checkedAt: z.iso.datetime(),
  /** For whoever asks why it was used again, or was not. */
  dependsOn: z.record(z.string(), z.string()),
  verdict: parityVerdict.extend({ passed: z.literal(true) }),
});
export type KeptVerdict = z.infer<typeof keptVerdict>;

export interface Verdicts {
  /** Undefined where there is none, or it cannot be read: then the cell is checked. */
  find(dependsOn: Dependencies): Promise<KeptVerdict | undefined>;
  /**
   * Keeps nothing where it cannot be written.
   *
   * @param checkedAt of a verdict of which only what it says of times is new; now by default
   */
  keep(dependsOn: Dependencies, verdict: KeptVerdict['verdict'], checkedAt?: string): Promise<void>;
}

/** @param folder one file for each verdict, named by what it depends on */
export function verdictsIn(folder: string): Verdicts {
  const pathOf = (dependsOn: Dependencies) => join(folder, `${digestOf(dependsOn)}.json`);
  return {
    async find(dependsOn) {
      try {
        return keptVerdict.parse(JSON.parse(await readFile(pathOf(dependsOn), 'utf8')));
      } catch {
        return undefined;
      }
    },
    async keep(dependsOn, verdict, checkedAt = new Date().toISOString()) {
      const kept: KeptVerdict = { version: 1, checkedAt, dependsOn, verdict };
      try {
        makeFolder(folder);
        await writeWhole(pathOf(dependsOn), `${JSON.stringify(kept, null, 1)}\n`);
      } catch {
        // The next run checks the cell again: that costs time, not the cell.
      }
    },
  };
}

function digestOf(dependsOn: Dependencies): string {
  const sorted = Object.entries(dependsOn).sort(([one], [other]) => (one < other ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, 32);
}
