/** Lock files of Python environments, in pip's own format: `name==version`, its hashes, and comments that say why. */
import { readFileSync } from 'node:fs';
import { TouchstoneError } from '../../common/errors.js';

/** One package. */
export interface Pin {
  /** Spelled as its makers do. */
  readonly name: string;
  readonly version: string;
  /** `sha256:…` of every file that may be installed for it; empty where the file has no hashes. */
  readonly hashes: readonly string[];
  /** Lines above it, each with its `#`. */
  readonly comments: readonly string[];
}

const pinLine =
  /^(?<name>[A-Za-z0-9._-]+)==(?<version>[A-Za-z0-9.+!]+)(?<rest>(?:\s+--hash=sha256:[0-9a-f]{64})*)$/;

/** @throws TouchstoneError('usage') with the line that is no pin */
export function readLockFile(path: string): Pin[] {
  const pins: Pin[] = [];
  let comments: string[] = [];
  // A backslash continues a line, as in every file of requirements.
  for (const line of readFileSync(path, 'utf8')
    .replaceAll(/\\\r?\n/g, ' ')
    .split(/\r?\n/)) {
    if (line.trim() === '') continue;
    if (line.startsWith('#')) {
      comments.push(line);
      continue;
    }
    const { name, version, rest } = pinLine.exec(line.trim())?.groups ?? {};
    if (name === undefined || version === undefined || rest === undefined) {
      throw new TouchstoneError('usage', `${path} has a line that pins no package: ${line.slice(0, 100)}`, {
        hint: 'every line is name==version, with or without --hash=sha256:…',
      });
    }
    pins.push({ name, version, hashes: rest.match(/sha256:\w+/g) ?? [], comments });
    comments = [];
  }
  return pins;
}

/** The text of a lock file, sorted by name, hashes sorted. */
export function writeLock(pins: readonly Pin[]): string {
  const sorted = [...pins].sort((one, other) => (normalName(one.name) < normalName(other.name) ? -1 : 1));
  const blocks = sorted.map(({ name, version, hashes, comments }) => {
    const pin = [`${name}==${version}`, ...[...hashes].sort().map((hash) => `    --hash=${hash}`)];
    return [...comments, pin.join(' \\\n')].join('\n');
  });
  return `${blocks.join('\n')}\n`;
}

/** Package names compare without case, and with `-`, `_` and `.` alike (PEP 503). */
export function normalName(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]+/g, '-');
}
