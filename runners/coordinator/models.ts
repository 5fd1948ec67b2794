/** `--model`: files, folders of them, and tables of them, each file once and with a name of its own. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, extname, join, resolve } from 'node:path';
import { TouchstoneError } from '../../common/errors.js';
import { inputShape } from '../../common/values.js';
import { foreignFolder } from '../../model/import/foreign-formats.js';

export interface ModelFile {
  readonly path: string;
  /**
   * What its cells are called: its file name, with its folders' where several files have the same, and with its shapes where one file
   * is listed with several.
   */
  readonly name: string;
  /** Shapes by input name, from a table; those of `--input` hold for all. */
  readonly shapes: Readonly<Record<string, readonly number[]>>;
}

type Listed = Omit<ModelFile, 'name'>;

/**
 * A folder stands for the `.onnx` files in it. A table is a text file (`.csv`, `.tsv` or `.txt`) with a file a line, from
 * the table's own folder, and behind it the shapes of its inputs: `resnet.onnx, image=1x3x224x224`. Lines that begin with
 * # are not read.
 *
 * @throws TouchstoneError('usage') for what is not there or names no model
 */
export function modelFiles(given: readonly string[]): ModelFile[] {
  const listed = given.flatMap(listedBy);
  return named([...new Map(listed.map((file) => [identityOf(file), file])).values()]);
}

function listedBy(path: string): Listed[] {
  if (!existsSync(path))
    throw usage(`there is no model ${path}`, 'give an .onnx file, a folder or a table of files');
  if (statSync(path).isDirectory()) {
    const names = readdirSync(path);
    const files = names
      .filter((name) => /\.onnx$/i.test(name))
      .sort()
      .map((name) => ({ path: join(path, name), shapes: {} }));
    if (files.length > 0) return files;
    const foreign = foreignFolder(names);
    throw foreign
      ? usage(`the folder ${path} is ${foreign.name}`, foreign.hint)
      : usage(`the folder ${path} has no .onnx file`, 'give the files themselves');
  }
  if (!statSync(path).isFile())
    throw usage(`${path} is no file`, 'give an .onnx file, a folder or a table of files');
  return ['.csv', '.tsv', '.txt'].includes(extname(path).toLowerCase())
    ? tableOf(path)
    : [{ path, shapes: {} }];
}

function tableOf(table: string): Listed[] {
  const files = readFileSync(table, 'utf8')
    .split(/\r?\n/)
    .flatMap((line, index) => rowOf(line, `${table}, line ${index + 1}`, dirname(table)));
  if (files.length === 0) throw usage(`the table ${table} names no file`, 'write one .onnx file a line');
  return files;
}

function rowOf(line: string, where: string, folder: string): Listed[] {
  const [file = '', ...shapes] = line
    .split(/[,\t]/)
    .map((cell) => cell.trim())
    .filter(Boolean);
  if (file === '' || file.startsWith('#')) return [];
  const path = resolve(folder, file);
  if (!existsSync(path))
    throw usage(`${where}: there is no model ${path}`, "paths are from the table's own folder");
  try {
    return [{ path, shapes: shapes.reduce((known, text) => inputShape(text, known), {}) }];
  } catch (cause) {
    throw new TouchstoneError('usage', `${where}: ${shapes.join(', ')} are no shapes`, {
      cause,
      hint: 'write them as image=1x3x224x224',
    });
  }
}

function identityOf({ path, shapes }: Listed): string {
  return JSON.stringify([resolve(path), shapes]);
}

function named(files: readonly Listed[]): ModelFile[] {
  const paths = [...new Set(files.map(({ path }) => resolve(path)))];
  return files.map((file) => {
    const path = resolve(file.path);
    const name = shortestName(
      path,
      paths.filter((other) => other !== path),
    );
    const isListedOnce = files.filter((other) => resolve(other.path) === path).length === 1;
    return { ...file, name: isListedOnce ? name : `${name}-${shapesText(file)}` };
  });
}

/** The file's name, behind as many of its folders as it takes to tell it from the others. */
function shortestName(path: string, others: readonly string[]): string {
  const parts = withoutEnding(path).split(/[/\\]/).filter(Boolean);
  const ending = (of: readonly string[], count: number) => of.slice(-count).join('-');
  const strangers = others.map((other) => withoutEnding(other).split(/[/\\]/).filter(Boolean));
  const counts = parts.map((_, index) => index + 1);
  const count = counts.find((size) =>
    strangers.every((other) => ending(other, size) !== ending(parts, size)),
  );
  return ending(parts, count ?? parts.length);
}

/** `image=1x3x224x224`; the file's own where none is given. */
function shapesText({ shapes }: Listed): string {
  const texts = Object.entries(shapes).map(([input, shape]) => `${input}=${shape.join('x')}`);
  return texts.join('-') || 'own';
}

function withoutEnding(file: string): string {
  return file.replace(/\.onnx$/i, '');
}

function usage(message: string, hint: string): TouchstoneError {
  return new TouchstoneError('usage', message, { hint });
}
