import { expect, it } from 'vitest';
import { terminalSvg } from '../../../scripts/screenshots/terminal-svg.js';

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
