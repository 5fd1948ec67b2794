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

/** What a terminal showed at a time. */
export interface Frame {
  readonly atMs: number;
  readonly text: string;
}

/** How long a recording plays, and how long its end is then shown before it begins again. */
const [playedSeconds, heldSeconds] = [15, 15];
/** What a reader downloads for a picture. */
const maxBytes = 60_000;

/** @param title said by a screen reader */
export function terminalSvg(output: string, title: string): string {
  return drawing([drawn(output)], title, '');
}

/**
 * A recording, its time compressed: as many frames as the size allows, evenly spread over its time. It needs no script, and whoever
 * wants no motion sees its end.
 *
 * @param frames at least one
 */
export function recordedSvg(frames: readonly Frame[], title: string): string {
  for (let count = frames.length; ; count = Math.ceil(count * 0.8)) {
    const svg = animated(spread(frames, count), title);
    if (svg.length <= maxBytes || count <= 2) return svg;
  }
}

/** The first that was shown in each of so many parts of the time, and always the last. */
function spread(frames: readonly Frame[], count: number): Frame[] {
  const endMs = Math.max(1, ...frames.map(({ atMs }) => atMs));
  const parts = new Set<number>();
  return frames.filter(({ atMs }, index) => {
    const part = Math.floor((atMs / endMs) * (count - 1));
    if (parts.has(part) && index < frames.length - 1) return false;
    parts.add(part);
    return true;
  });
}

function animated(frames: readonly Frame[], title: string): string {
  const all = playedSeconds + heldSeconds;
  const endMs = Math.max(1, ...frames.map(({ atMs }) => atMs));
  const startOf = (index: number) => {
    const atMs = index === 0 ? 0 : frames[index]?.atMs;
    return atMs === undefined ? 100 : ((atMs / endMs) * playedSeconds * 100) / all;
  };
  const rules = frames.map((_, index) => {
    const [from, to] = [startOf(index), startOf(index + 1)].map((share) => `${share.toFixed(2)}%`);
    const before = index === 0 ? '' : '0%{visibility:hidden}';
    const after = index === frames.length - 1 ? '' : `${to}{visibility:hidden}`;
    return `@keyframes f${index}{${before}${from}{visibility:visible}${after}}#f${index}{animation:f${index} ${all}s step-end infinite}`;
  });
  const last = frames.length - 1;
  const style = `<style>.f{visibility:hidden}#f${last}{visibility:visible}${rules.join('')}@media (prefers-reduced-motion:reduce){.f{animation:none!important}}</style>\n`;
  return drawing(
    frames.map(({ text }) => drawn(text)),
    title,
    style,
  );
}

interface Drawn {
  readonly texts: string;
  readonly columns: number;
  readonly lines: number;
}

function drawn(output: string): Drawn {
  let style = plainStyle;
  const lines = output.split('\n').map((line) => {
    const [runs, next] = runsOf(line, style);
    style = next;
    return runs;
  });
  return {
    texts: lines.flatMap((runs, line) => runs.map((run) => textOf(run, line))).join('\n'),
    columns: Math.max(1, ...lines.flat().map(({ column, text }) => column + [...text].length)),
    lines: lines.length,
  };
}

function drawing(frames: readonly Drawn[], title: string, style: string): string {
  const width = px(Math.max(...frames.map(({ columns }) => columns)) * columnPx + 2 * marginPx);
  const height = px(Math.max(...frames.map(({ lines }) => lines)) * linePx + 2 * marginPx);
  const [only, ...others] = frames;
  const texts =
    only && others.length === 0
      ? only.texts
      : frames.map((frame, index) => `<g class="f" id="f${index}">\n${frame.texts}\n</g>`).join('\n');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="13">
<title>${escaped(title)}</title>
${style}<rect width="100%" height="100%" rx="8" fill="${ground}"/>
${texts}
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
