/** Text from outside in GitHub's Markdown: shown as it is, whatever it holds. */
import { clean } from '../../terminal/lines.js';

/** What begins emphasis, code, a link, HTML, a column, a formula, a mention or an entity, wherever it stands. */
const anywhere = /[\\`*_[\]<>&|~$#@]/g;

/** On one line, at most `length` characters, and nothing in it is Markdown, HTML or a mention. */
export function escaped(text: string, length = 500): string {
  return (
    references(text, length)
      // Lists and rules begin a line only.
      .replace(/^([-+=])/, reference)
      .replace(/^(\d+)([.)])(?=\s|$)/, (_, digits: string, mark: string) => `${digits}${reference(mark)}`)
      // Mentions and numbers of issues are looked for in the finished page, where no escape helps: a space without
      // width parts them.
      .replaceAll(/&#(?:35|64);/g, (found) => `${found}\u200b`)
  );
}

/** As code in a line: neither mentions nor emoji are looked for in it, and it can be copied as it is. */
export function code(text: string, length = 200): string {
  return `<code>${references(text, length)}</code>`;
}

/** Character references never act as markup, also not as the border of a table's column. */
function references(text: string, length: number): string {
  const line = clean(text);
  const characters = [...line];
  const cut = characters.length <= length ? line : `${characters.slice(0, length - 1).join('')}…`;
  return cut.replace(anywhere, reference);
}

function reference(character: string): string {
  return `&#${character.charCodeAt(0)};`;
}

/** A block of code, of one line, that backticks in the text cannot end. */
export function codeBlock(text: string, language: string, length = 2000): string {
  const line = clean(text).slice(0, length);
  const longest = Math.max(0, ...(line.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(Math.max(3, longest + 1));
  return `${fence}${language}\n${line}\n${fence}`;
}
