/** Text from outside in the lines of a terminal. */
import { plain } from '../../common/text.js';

/** Without line breaks, control characters and terminal escapes. */
export function clean(text: string): string {
  return plain(text);
}

/** Cut to `width` characters, with a mark where something is cut off. */
export function fitted(text: string, width: number): string {
  const characters = [...clean(text)];
  return characters.length <= width ? characters.join('') : `${characters.slice(0, width - 1).join('')}…`;
}

/** The same of a target's name: its end says which of a framework's targets it is, so that the framework is cut off. */
export function fittedTarget(name: string, width: number): string {
  const [framework = '', ...rest] = clean(name).split('/');
  const end = `/${rest.join('/')}`;
  const room = width - [...end].length;
  if (rest.length === 0 || [...framework].length <= room) return fitted(name, width);
  return room < 2 ? `…${[...end].slice(1 - width).join('')}` : `${fitted(framework, room)}${end}`;
}

/** Lines of up to `width` characters: the first begins with `lead`, the others with as many spaces. */
export function wrapped(text: string, width: number, lead: string): string[] {
  const room = width - lead.length;
  const lines: string[] = [];
  let line = '';
  for (const word of clean(text)
    .split(' ')
    .flatMap((part) => pieces(part, room))) {
    const longer = line === '' ? word : `${line} ${word}`;
    if ([...longer].length <= room) {
      line = longer;
    } else {
      lines.push(line);
      line = word;
    }
  }
  const indent = ' '.repeat(lead.length);
  return [...lines, line].map((content, index) => `${index === 0 ? lead : indent}${content}`);
}

/** A word longer than a line, such as a path, is cut. */
function pieces(word: string, room: number): string[] {
  const characters = [...word];
  const count = Math.max(1, Math.ceil(characters.length / room));
  return Array.from({ length: count }, (_, index) =>
    characters.slice(index * room, (index + 1) * room).join(''),
  );
}

/** A table without rules, whose columns are a space apart. */
export const noBorders = {
  ...Object.fromEntries(
    ['top', 'bottom', 'left', 'right', 'mid'].flatMap((side) =>
      ['', '-mid', '-left', '-right'].map((part) => [`${side}${part}`, '']),
    ),
  ),
  middle: ' ',
};
