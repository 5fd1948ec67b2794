/** What a terminal showed, as a drawing: text with the colours that ANSI escapes gave it. */

/** Size of a character, and the space around all. */
const [columnPx, linePx, marginPx] = [7.8, 18, 16];

const ground = '#14171b';
const ink = '#e8eaed';
const colours: Readonly<Record<number, string>> = {
  31: '#ff8b99',
  32: '#6bd394',
  33: '#f0b45c',
  34: '#7cc0ff',
  35: '#e29bc8',
  36: '#56b4e9',
  90: '#a9b1ba',
};

interface Style {
  readonly colour: string;
  readonly isBold: boolean;
  readonly isDim: boolean;
}

interface Run extends Style {
  readonly column: number;
  readonly text: string;
}

const plainStyle: Style = { colour: ink, isBold: false, isDim: false };

/** @param title said by a screen reader */
export function terminalSvg(output: string, title: string): string {
  let style = plainStyle;
  const lines = output.split('\n').map((line) => {
    const [runs, next] = runsOf(line, style);
    style = next;
    return runs;
  });
  const columns = Math.max(1, ...lines.flat().map(({ column, text }) => column + [...text].length));
  const [width, height] = [columns * columnPx + 2 * marginPx, lines.length * linePx + 2 * marginPx];
  const texts = lines.flatMap((runs, line) => runs.map((run) => textOf(run, line)));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${px(width)} ${px(height)}" width="${px(width)}" height="${px(height)}" role="img" font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="13">
<title>${escaped(title)}</title>
<rect width="100%" height="100%" rx="8" fill="${ground}"/>
${texts.join('\n')}
</svg>
`;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: an escape begins with one
const styleEscape = /\u001b\[([\d;]*)m/;

/** The pieces of a line that look alike, without those that show nothing, and the style that the next line begins with. */
function runsOf(line: string, first: Style): [Run[], Style] {
  const runs: Run[] = [];
  let [style, column] = [first, 0];
  // The odd ones are what escapes say.
  line.split(styleEscape).forEach((part, index) => {
    if (index % 2 === 1) style = part.split(';').reduce(styleAfter, style);
    else {
      if (part.trim() !== '') runs.push({ ...style, column, text: part });
      column += [...part].length;
    }
  });
  return [runs, style];
}

function styleAfter(style: Style, code: string): Style {
  const number = Number(code || '0');
  if (number === 0) return plainStyle;
  if (number === 1) return { ...style, isBold: true };
  if (number === 2) return { ...style, isDim: true };
  if (number === 22) return { ...style, isBold: false, isDim: false };
  return { ...style, colour: colours[number] ?? ink };
}

/** As wide as its characters are many, whatever the font. */
function textOf({ column, text, colour, isBold, isDim }: Run, line: number): string {
  const before = text.length - text.trimStart().length;
  const shown = text.trim();
  const place = `x="${px(marginPx + (column + before) * columnPx)}" y="${px(marginPx + (line + 0.75) * linePx)}"`;
  const width = `textLength="${px([...shown].length * columnPx)}" lengthAdjust="spacingAndGlyphs"`;
  const look = `fill="${colour}"${isBold ? ' font-weight="bold"' : ''}${isDim ? ' opacity="0.75"' : ''}`;
  return `<text ${place} ${width} ${look} xml:space="preserve">${escaped(shown)}</text>`;
}

function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
