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

/** What a run keeps of a cell. */
export const passedVerdict = parityVerdict.extend({ passed: z.literal(true) });

export interface Kept<Verdict> {
  readonly version: 1;
  readonly checkedAt: string;
  /** For whoever asks why it was used again, or was not. */
  readonly dependsOn: Dependencies;
  readonly verdict: Verdict;
}
export type KeptVerdict = Kept<z.infer<typeof passedVerdict>>;

export interface Verdicts<Verdict> {
  /** Undefined where there is none, or it cannot be read: then the cell is checked. */
  find(dependsOn: Dependencies): Promise<Kept<Verdict> | undefined>;
  /**
   * Keeps nothing where it cannot be written.
   *
   * @param checkedAt of a verdict of which only what it says of times is new; now by default
   */
  keep(dependsOn: Dependencies, verdict: Verdict, checkedAt?: string): Promise<void>;
}

/** @param folder one file for each verdict, named by what it depends on */
export function verdictsIn<Verdict>(folder: string, schema: z.ZodType<Verdict>): Verdicts<Verdict> {
  const kept = z.object({
    version: z.literal(1),
    checkedAt: z.iso.datetime(),
    dependsOn: z.record(z.string(), z.string()),
    verdict: schema,
  });
  const pathOf = (dependsOn: Dependencies) => join(folder, `${digestOf(dependsOn)}.json`);
  return {
    async find(dependsOn) {
      try {
        return kept.parse(JSON.parse(await readFile(pathOf(dependsOn), 'utf8')));
      } catch {
        return undefined;
      }
    },
    async keep(dependsOn, verdict, checkedAt = new Date().toISOString()) {
      const content: Kept<Verdict> = { version: 1, checkedAt, dependsOn, verdict };
      try {
        makeFolder(folder);
        await writeWhole(pathOf(dependsOn), `${JSON.stringify(content, null, 1)}\n`);
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
