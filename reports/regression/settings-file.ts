/** `touchstone.gate.json`: read with one-line errors that say what is wrong and where, written whole. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { closest } from 'fastest-levenshtein';
import type { z } from 'zod';
import { at } from '../../common/at.js';
import { messageOf, TouchstoneError } from '../../common/errors.js';
import { writeWhole } from '../../common/files.js';
import { invocation } from '../../common/invocation.js';
import { projectRoot } from '../../common/paths.js';
import { settingsFileName } from './apply-settings.js';
import { acceptance, defaultMargins, type GateSettings, gateSettings, margins } from './settings.js';

/** The file that is meant: the one given, or `touchstone.gate.json` of the current directory. */
export function settingsPath(config: string | undefined): string {
  return resolve(config ?? settingsFileName);
}

/**
 * The settings of the file. Without a file of the default name they are empty, with the default margins; one that was
 * named has to exist.
 */
export async function readSettings(config?: string): Promise<GateSettings> {
  const path = settingsPath(config);
  if (config === undefined && !existsSync(path)) return gateSettings.parse({ version: 1 });
  const shown = config ?? settingsFileName;
  const parsed = gateSettings.safeParse(json(shown, await text(shown, path)));
  if (!parsed.success) throw invalid(shown, parsed.error);
  const settings = parsed.data;
  settings.cells.forEach(({ cell }, index) => {
    if (cell.trim() === '') throw wrong(shown, `cells[${index}].cell`, 'is empty', nameHint);
  });
  settings.accepted.forEach((entry, index) => {
    checkAcceptance(shown, `accepted[${index}]`, entry);
  });
  return settings;
}

const nameHint = "give a cell or a glob such as 'lenet5:*'; --dry-run shows the cells";

/** What the types of the settings do not express: measured quantities have a ratio, a broken cell has none. */
function checkAcceptance(
  file: string,
  where: string,
  { cell, metric, upTo }: GateSettings['accepted'][number],
): void {
  if (cell.trim() === '') throw wrong(file, `${where}.cell`, 'is empty', nameHint);
  if (metric === 'state' && upTo !== null) {
    throw wrong(file, `${where}.upTo`, 'is a ratio, which a broken cell does not have', 'write null');
  }
  if (metric !== 'state' && upTo === null) {
    throw wrong(file, `${where}.upTo`, 'is null', 'give the largest ratio that is accepted, such as 1.12');
  }
}

async function text(shown: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new TouchstoneError('usage', `cannot read ${shown}: ${messageOf(cause)}`, {
      hint: `\`${invocation('gate init')}\` writes one`,
      cause,
    });
  }
}

function json(shown: string, content: string): unknown {
  try {
    return JSON.parse(content.replace(/^\ufeff/, ''));
  } catch (cause) {
    throw new TouchstoneError('usage', `${shown} is not JSON: ${messageOf(cause)}`, {
      hint: 'fix it there; JSON has no comments and no comma before a closing bracket',
      cause,
    });
  }
}

/** The first problem, on one line. */
function invalid(file: string, { issues }: z.ZodError): TouchstoneError {
  const issue = at(issues, 0, 'the problems of the settings');
  const { path } = issue;
  if (issue.code === 'unrecognized_keys') {
    const key = at(issue.keys, 0, 'the unknown keys');
    const known = knownNames(path);
    const hint = `did you mean ${closest(key, known)}? there are ${known.join(', ')}`;
    return wrong(file, place([...path, key]), 'is not known', hint);
  }
  return wrong(file, place(path), issue.message, 'fix it there; docs/gate.md describes the file');
}

/** The keys of an object of the settings. */
function knownNames(path: readonly PropertyKey[]): string[] {
  if (path.at(-1) === 'margins') return Object.keys(margins.shape);
  if (path[0] === 'accepted') return Object.keys(acceptance.shape);
  return path[0] === 'cells' ? ['cell', 'margins'] : Object.keys(gateSettings.shape);
}

/** `accepted[0].until` */
function place(path: readonly PropertyKey[]): string {
  const parts = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`));
  return parts.join('').replace(/^\./, '');
}

function wrong(file: string, where: string, what: string, hint: string): TouchstoneError {
  return new TouchstoneError('usage', `${file}: ${where === '' ? '' : `${where}: `}${what}`, { hint });
}

/** Writes the settings, whole or not at all. */
export async function writeSettings(config: string | undefined, settings: GateSettings): Promise<void> {
  await writeWhole(settingsPath(config), `${JSON.stringify(settings, null, 2)}\n`);
}

/**
 * Path of the schema relative to the settings file, for editors: only inside this project, since elsewhere it would mean
 * nothing to others.
 */
export function schemaReference(config: string | undefined): string | undefined {
  const folder = dirname(settingsPath(config));
  const inside = relative(projectRoot, folder);
  if (inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside)) return undefined;
  const path = relative(folder, join(projectRoot, 'reports', 'regression', 'gate-settings.schema.json'));
  return path.startsWith('.') ? path : `./${path}`;
}

/** Margins in full, so that they can be changed without looking them up, and do not change with a new version. */
export function startingSettings(config: string | undefined): GateSettings {
  const $schema = schemaReference(config);
  return {
    ...($schema !== undefined && { $schema }),
    version: 1,
    margins: defaultMargins,
    cells: [],
    accepted: [],
  };
}
