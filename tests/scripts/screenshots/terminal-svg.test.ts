import { expect, it } from 'vitest';
import { Screen } from '../../../scripts/screenshots/screen.js';
import { recordedSvg, terminalSvg } from '../../../scripts/screenshots/terminal-svg.js';

it('puts each piece of a line where it stood, in its colour', () => {
  const svg = terminalSvg(
    'a \u001b[1m\u001b[32mbold green\u001b[39m\u001b[22m z\n\u001b[2m  dim\u001b[0m',
    'run',
  );
  expect(svg.match(/<text /g)).toHaveLength(4);
  expect(svg).toMatch(/x="31.6" y="29.5"[^>]*fill="#6bd394" font-weight="bold"[^>]*>bold green</);
  expect(svg).toMatch(/x="117.4" y="29.5"[^>]*fill="#e8eaed" xml[^>]*>z</);
  expect(svg).toMatch(/x="31.6" y="47.5"[^>]*opacity="0.75"[^>]*>dim</);
});

it('shows what was printed as text, and says what it is', () => {
  const svg = terminalSvg('</svg><script>&', 'a <run>');
  expect(svg).toContain('&lt;/svg&gt;&lt;script&gt;&amp;');
  expect(svg).toContain('<title>a &lt;run&gt;</title>');
  expect(svg.match(/<\/svg>/g)).toHaveLength(1);
});

it('a style goes on over the end of a line', () => {
  expect(terminalSvg('\u001b[31mone\ntwo\u001b[39m', 'x').match(/fill="#ff8b99"/g)).toHaveLength(2);
});

it('a recording shows its frames one after the other, and its end to whoever wants no motion, in little', () => {
  const frames = Array.from({ length: 400 }, (_, index) => ({
    atMs: 250 * index,
    text: `$ command\n${'rounds '.repeat(12)}\nframe ${index}`,
  }));
  const svg = recordedSvg(frames, 'a run');
  expect(svg.length).toBeLessThanOrEqual(60_000);
  expect(svg).not.toContain('<script');
  expect(svg).toContain('<title>a run</title>');
  expect(svg).toMatch(/@keyframes f0\{0\.00%\{visibility:visible\}/);
  const count = svg.match(/<g class="f"/g)!.length;
  expect(count).toBeGreaterThan(10);
  expect(svg).toContain('>frame 0<');
  expect(svg).toContain('>frame 399<');
  expect(svg).toContain(`#f${count - 1}{visibility:visible}`);
  expect(svg).toMatch(/prefers-reduced-motion:reduce\)\{\.f\{animation:none!important\}/);
});

it('a screen has what is left of what was written over', () => {
  const screen = new Screen();
  screen.write('\u001b[?25lstandings\nrounds 10 %\r\u001b[2Krounds 20 %\n');
  expect(screen.text()).toBe('standings\nrounds 20 %');
  screen.write('\u001b[2A\u001b[J\u001b[32mdone\u001b[39m\u001b[0m.\u001b[3Gx');
  expect(screen.text()).toBe(
    '\u001b[0m\u001b[32mdo\u001b[0mxe\u001b[0m.'.replace('xe', 'x\u001b[0m\u001b[32me'),
  );
});
