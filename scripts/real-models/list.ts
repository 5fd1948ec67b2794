/** The list of files: which wheels hold them, and what each is given. Kept by hand, in `files.json`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { TouchstoneError } from '../../common/errors.js';
import { glob } from '../../common/glob.js';
import { projectRoot } from '../../common/paths.js';
import { inputShape, valueRange } from '../../common/values.js';

/** What the models of a package are for; the page counts them. */
export const tasks = ['speech', 'ocr', 'detection', 'segmentation', 'image', 'text', 'tabular'] as const;

const listedFile = z.strictObject({
  /** Path inside the wheel. */
  path: z.string().regex(/\.onnx$/i),
  /** As `--input` takes them. */
  input: z.array(z.string()).default([]),
  /** As `--range` takes them. */
  range: z.array(z.string()).default([]),
  /** External data of the model, inside the wheel. */
  data: z.array(z.string()).default([]),
});

const listedPackage = z.strictObject({
  name: z.string().regex(/^[a-z0-9-]+$/),
  version: z.string(),
  task: z.enum(tasks),
  /** File name and SHA-256 of the wheel: no other one is opened. */
  wheel: z.string().regex(/^[\w.+-]+\.whl$/),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  files: z.array(listedFile).min(1),
});

export type ListedFile = z.infer<typeof listedFile>;
export type ListedPackage = z.infer<typeof listedPackage>;

/** Relative to the root of the clone. */
export const listPath = 'scripts/real-models/files.json';

export function readList(): ListedPackage[] {
  return parseList(readFileSync(join(projectRoot, listPath), 'utf8'));
}

/** @throws TouchstoneError('usage') with the first entry that is wrong */
export function parseList(text: string): ListedPackage[] {
  const parsed = z.array(listedPackage).safeParse(json(text));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw wrong(`${issue?.path.join('.') || 'the list'}: ${issue?.message ?? 'is invalid'}`);
  }
  const seen = new Set<string>();
  for (const entry of parsed.data) {
    for (const file of entry.files) {
      const key = keyOf(entry, file);
      if (seen.has(key)) throw wrong(`${key} is listed twice`);
      seen.add(key);
      givenOf(file);
    }
  }
  return parsed.data;
}

/** @throws TouchstoneError('usage') for a pattern that matches no package */
export function choosePackages(all: readonly ListedPackage[], patterns: readonly string[]): ListedPackage[] {
  const matchers = patterns.map((pattern) => ({ pattern, matches: glob(pattern) }));
  const idle = matchers.find(({ matches }) => !all.some(({ name }) => matches(name)));
  if (idle) {
    throw new TouchstoneError('usage', `no package of ${listPath} is called ${idle.pattern}`, {
      hint: `they are ${all.map(({ name }) => name).join(', ')}`,
    });
  }
  return all.filter(({ name }) => matchers.some(({ matches }) => matches(name)));
}

/** Names a file with what it is given, in the ledger: what is given otherwise is another step. */
export function keyOf({ name, version }: Pick<ListedPackage, 'name' | 'version'>, file: ListedFile): string {
  return [`${name}==${version}`, file.path, ...file.input, ...file.range].join(' ');
}

/** Shapes and ranges by input name. @throws TouchstoneError('usage') */
export function givenOf({ input, range }: Pick<ListedFile, 'input' | 'range'>) {
  return {
    shapes: input.reduce<Record<string, number[]>>((known, text) => inputShape(text, known), {}),
    ranges: range.reduce<Record<string, [number, number]>>((known, text) => valueRange(text, known), {}),
  };
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw wrong(`it is no JSON: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

function wrong(what: string): TouchstoneError {
  return new TouchstoneError('usage', `${listPath}: ${what}`, {
    hint: 'the schema is in scripts/real-models/list.ts',
  });
}
