/** The folder of a site: what is unchanged is not written again, and what is no longer on it is removed. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { readFile, rm, rmdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { messageOf, TouchstoneError } from '../../common/errors.js';
import { makeFolder, writeWhole } from '../../common/files.js';

/** Lists the files of the site: only those are ever removed. */
export const listFile = 'site.json';

/** Inside the folder, whoever has written the list. */
const relativeFile = z
  .string()
  .refine((name) => !name.startsWith('/') && !name.split(/[/\\]/).includes('..'), {
    message: 'names a file outside the site',
  });
const fileList = z.object({ version: z.literal(1), files: z.array(relativeFile) });

export class SiteFolder {
  readonly #folder: string;
  readonly #before: readonly string[];
  readonly #files = new Set<string>();

  private constructor(folder: string, before: readonly string[]) {
    this.#folder = folder;
    this.#before = before;
  }

  /** @throws TouchstoneError('usage') for a folder that holds anything but a site of this program */
  static async open(name: string): Promise<SiteFolder> {
    const folder = resolve(name);
    if (!existsSync(folder)) return new SiteFolder(folder, []);
    if (!statSync(folder).isDirectory()) throw foreign(folder, 'is a file');
    const list = join(folder, listFile);
    if (existsSync(list)) return new SiteFolder(folder, await filesOf(list));
    // A checkout of the branch that a host serves has its `.git` there, and perhaps a `.nojekyll`.
    const others = readdirSync(folder).filter((entry) => !entry.startsWith('.'));
    if (others.length > 0) throw foreign(folder, `holds ${others[0]} and no ${listFile}`);
    return new SiteFolder(folder, []);
  }

  /**
   * @param file relative to the site, with slashes
   * @param text as a whole, or in parts where the whole would be longer than a text can be
   */
  async write(file: string, text: string | readonly string[]): Promise<void> {
    const path = join(this.#folder, file);
    this.#files.add(file);
    if (await holds(path, [text].flat())) return;
    try {
      makeFolder(dirname(path));
    } catch (cause) {
      throw new TouchstoneError('storage', `cannot make ${dirname(path)}: ${messageOf(cause)}`, {
        hint: 'give a folder that can be written to',
        cause,
      });
    }
    await writeWhole(path, text);
  }

  /** Removes what an earlier version of the site had and this one has not. */
  async finish(): Promise<void> {
    for (const file of this.#before) {
      if (!this.#files.has(file)) await this.#remove(file);
    }
    const files = [...this.#files].sort();
    await this.write(listFile, `${JSON.stringify({ version: 1, files }, null, 2)}\n`);
  }

  /** With the folders that are empty then. */
  async #remove(file: string): Promise<void> {
    await rm(join(this.#folder, file), { force: true });
    for (let place = dirname(file); place !== '.'; place = dirname(place)) {
      const folder = join(this.#folder, place);
      if (!existsSync(folder) || readdirSync(folder).length > 0) return;
      await rmdir(folder);
    }
  }
}

async function holds(path: string, parts: readonly string[]): Promise<boolean> {
  const present = await readFile(path).catch(() => undefined);
  if (!present) return false;
  let end = 0;
  const isAlike = parts.every((part) => {
    const bytes = Buffer.from(part);
    end += bytes.length;
    return present.subarray(end - bytes.length, end).equals(bytes);
  });
  return isAlike && end === present.length;
}

async function filesOf(list: string): Promise<string[]> {
  try {
    return fileList.parse(JSON.parse(await readFile(list, 'utf8'))).files;
  } catch (cause) {
    throw new TouchstoneError('usage', `${list} is not the list of a site's files`, {
      hint: 'give another folder, or remove that one',
      cause,
    });
  }
}

function foreign(folder: string, why: string): TouchstoneError {
  return new TouchstoneError('usage', `${folder} is no folder for a site: it ${why}`, {
    hint: 'give an empty folder, or one that `report --site` has made',
  });
}
