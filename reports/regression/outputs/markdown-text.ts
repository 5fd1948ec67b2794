/** Text from outside in GitHub's Markdown: shown literally, whatever it contains. */
import { markdownTable } from 'markdown-table';
import { clean } from '../../terminal/lines.js';

/** Characters that begin emphasis, code, a link, HTML, a column, a formula, a mention or an entity, wherever they are. */
const anywhere = /[\\`*_[\]<>&|~$#@]/g;

/** On one line of up to `maxLength` characters, without Markdown, HTML or mentions. */
export function escaped(text: string, maxLength = 500): string {
  return (
    references(text, maxLength)
      // Lists and rules begin a line only.
      .replace(/^([-+=])/, reference)
      .replace(/^(\d+)([.)])(?=\s|$)/, (_, digits: string, mark: string) => `${digits}${reference(mark)}`)
      // Mentions and issue numbers are searched in the finished page, where no escape helps: a zero-width space
      // separates them.
      .replaceAll(/&#(?:35|64);/g, (found) => `${found}\u200b`)
  );
}

/** As inline code: GitHub searches it for neither mentions nor emoji, and it can be copied literally. */
export function code(text: string, maxLength = 200): string {
  return `<code>${references(text, maxLength)}</code>`;
}

/** Character references never act as markup, not even as the border of a table's column. */
function references(text: string, maxLength: number): string {
  const line = clean(text);
  const characters = [...line];
  const cut = characters.length <= maxLength ? line : `${characters.slice(0, maxLength - 1).join('')}…`;
  return cut.replace(anywhere, reference);
}

function reference(character: string): string {
  return `&#${character.charCodeAt(0)};`;
}

/** A code block of one line, which backticks in the text cannot end. */
export function codeBlock(text: string, language: string, maxLength = 2000): string {
  const line = clean(text).slice(0, maxLength);
  const runs = [...line.matchAll(/`+/g)].map(([run]) => run.length);
  const fence = '`'.repeat(Math.max(3, ...runs.map((length) => length + 1)));
  return `${fence}${language}\n${line}\n${fence}`;
}

/** @param align of each column: `l` or `r`. Without padding, which would multiply the length of a long table. */
export function tableText(rows: readonly (readonly string[])[], align: readonly ('l' | 'r')[] = []): string {
  return markdownTable(
    rows.map((row) => [...row]),
    { align: [...align], alignDelimiters: false },
  );
}
