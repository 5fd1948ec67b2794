/** Which build pip would take for a pin on this machine: `torch==2.13.0` is met by `2.13.0+cpu`, where something serves it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { normalName, type Pin } from './lock-file.js';

export interface Choice {
  /** With the build's own mark, if it has one. */
  readonly version: string;
  readonly url: string;
  readonly hash: string;
}

/** What is read of pip's report (`--report`). */
const pipReport = z.object({
  install: z.array(
    z.object({
      metadata: z.object({ name: z.string(), version: z.string() }),
      download_info: z.object({
        url: z.string(),
        archive_info: z.object({ hashes: z.object({ sha256: z.string() }) }),
      }),
    }),
  ),
});

/**
 * Asks pip, which installs nothing. By `normalName`.
 *
 * @param folder where its question and answer are written
 * @param pip runs it with these parameters
 */
export async function choiceOfPip(
  folder: string,
  pins: readonly Pin[],
  pip: (parameters: readonly string[]) => Promise<void>,
): Promise<Map<string, Choice>> {
  const [question, answer] = [join(folder, 'choice.txt'), join(folder, 'choice.json')];
  writeFileSync(question, plainPins(pins));
  const parameters = ['--dry-run', '--ignore-installed', '--no-deps', '--quiet', '--report', answer];
  await pip(['install', ...parameters, '--requirement', question]);
  const { install } = pipReport.parse(JSON.parse(readFileSync(answer, 'utf8')));
  return new Map(
    install.map(({ metadata: { name, version }, download_info: { url, archive_info } }) => [
      normalName(name),
      { version, url, hash: `sha256:${archive_info.hashes.sha256}` },
    ]),
  );
}

/** Pins without hashes and comments, as a file of requirements has them. */
export function plainPins(pins: readonly Pin[]): string {
  return pins.map(({ name, version }) => `${name}==${version}\n`).join('');
}
