/** What an installation takes up on disk. */
import { execa } from 'execa';
import { z } from 'zod';
import { readStamp } from './installation.js';

const stamp = z.object({ sizeBytes: z.number().positive() });

/** As measured when it was made, where its stamp says so; else now. Bytes; null where the system does not tell. */
export async function installedSize(folder: string): Promise<number | null> {
  return readStamp(folder, stamp)?.sizeBytes ?? (await folderSize(folder));
}

/** On disk, in bytes; null where the system does not tell. `du` walks a hundred thousand files in a tenth of the time that Node needs. */
export async function folderSize(folder: string): Promise<number | null> {
  const { stdout, failed } = await execa('du', ['-sk', folder], { reject: false });
  const kibibytes = Number.parseInt(stdout, 10);
  return failed || Number.isNaN(kibibytes) ? null : 1024 * kibibytes;
}
