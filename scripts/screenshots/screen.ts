/** What a terminal shows after all that a program has written, as far as this project's programs write to one. */

interface Cell {
  readonly character: string;
  /** The escapes that give it its look. */
  readonly style: string;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: an escape begins with one
const token = /\u001b\[([?\d;]*)([A-Za-z])|\u001b[()][A-Z0-9]|[\r\n]|[^\u0000-\u001f]/gu;

export class Screen {
  #lines: Cell[][] = [[]];
  #row = 0;
  #column = 0;
  #style = '';

  write(text: string): void {
    for (const [whole, parameters = '', kind] of text.matchAll(token)) {
      if (kind !== undefined) this.#escape(kind, parameters);
      else if (whole === '\r') this.#column = 0;
      else if (whole === '\n') this.#line(this.#row + 1);
      else if (!whole.startsWith('\u001b')) this.#put(whole);
    }
  }

  /** Lines with escapes, without what is empty at the end. */
  text(): string {
    return this.#lines.map(lineText).join('\n').trimEnd();
  }

  #escape(kind: string, parameters: string): void {
    const count = Number(parameters || '1');
    if (kind === 'm') this.#look(parameters);
    else if (kind === 'A') this.#row = Math.max(0, this.#row - count);
    else if (kind === 'G') this.#column = Math.max(0, count - 1);
    else if (kind === 'K') this.#clearLine(parameters);
    else if (kind === 'J') {
      this.#clearLine('');
      this.#lines.length = this.#row + 1;
    }
  }

  /** What an escape ends is forgotten, so that a style is as short as what it says. */
  #look(parameters: string): void {
    const ended = { '39': /\[[39]\dm$/, '22': /\[[12]m$/ }[parameters];
    const styles = this.#style.split(/(?<=m)/);
    if (/^0?$/.test(parameters)) this.#style = '';
    else if (ended) this.#style = styles.filter((style) => !ended.test(style)).join('');
    else this.#style += `\u001b[${parameters}m`;
  }

  #clearLine(parameters: string): void {
    this.#lines[this.#row]?.splice(parameters === '2' ? 0 : this.#column);
  }

  #line(row: number): void {
    this.#row = row;
    this.#column = 0;
    while (this.#lines.length <= row) this.#lines.push([]);
  }

  #put(character: string): void {
    const line = this.#lines[this.#row] ?? [];
    while (line.length < this.#column) line.push({ character: ' ', style: '' });
    line[this.#column] = { character, style: this.#style };
    this.#column += 1;
  }
}

function lineText(cells: readonly Cell[]): string {
  let style = '';
  const parts = cells.map((cell) => {
    const change = cell.style === style ? '' : `\u001b[0m${cell.style}`;
    style = cell.style;
    return change + cell.character;
  });
  return `${parts.join('')}${style === '' ? '' : '\u001b[0m'}`;
}
