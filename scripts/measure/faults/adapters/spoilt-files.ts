/** What can be wrong with a file of tensors that a worker was asked to write. */
import { execFileSync } from 'node:child_process';
import files from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

/** Changes the file once the worker has written it. */
export type Spoiler = (path: string) => Promise<void>;

export const spoilers: Readonly<Record<string, Spoiler>> = {
  'file-truncated': truncate,
  'file-truncated-when-timed': async (path) => {
    if (/-r\d+\.safetensors$/.test(path)) await truncate(path);
  },
  'file-garbage': (path) => files.writeFile(path, Buffer.alloc(4096, 0xa5)),
  'file-missing': (path) => files.rm(path),
  'file-folder': async (path) => {
    await files.rm(path);
    await files.mkdir(path);
  },
  'file-link': async (path) => {
    await files.copyFile(path, `${path}.there`);
    await files.rm(path);
    await files.symlink(`${path}.there`, path);
  },
  'file-pipe': async (path) => {
    await files.rm(path);
    execFileSync('mkfifo', [path]);
  },
  'file-long-header': async (path) => {
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(600_000_000n);
    await files.writeFile(path, length);
    await files.truncate(path, 700_000_000);
  },
};

/** Files of tensors get their name last: from here on, every one of this process is spoilt then. */
export function spoilTensors(spoil: Spoiler): void {
  const { rename } = files;
  files.rename = async (from, to) => {
    await rename(from, to);
    await spoil(String(to));
  };
  syncBuiltinESMExports();
}

async function truncate(path: string): Promise<void> {
  await files.truncate(path, (await files.stat(path)).size - 4);
}
