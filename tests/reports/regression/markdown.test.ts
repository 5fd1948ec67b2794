import { describe, expect, it } from 'vitest';
import {
  commentMarker,
  gateMarkdown,
  maxMarkdownLength,
} from '../../../reports/regression/outputs/markdown.js';
import { code, codeBlock, escaped } from '../../../reports/regression/outputs/markdown-text.js';
import { finding, many, nasty, report } from './fixture.js';

/** Rows of the tables: all of them must have as many columns as their head. */
const rows = (text: string) => text.split('\n').filter((line) => line.startsWith('|'));

describe('gateMarkdown', () => {
  it('begins with its marker and the verdict; tables hold what is not ok, details what is', () => {
    const text = gateMarkdown(report(undefined, { notLikeForLike: ['threads: 1 → 2'] }));
    expect(text.startsWith(`${commentMarker}\n\n## Gate: regression\n`)).toBe(true);
    const [open = '', folded = ''] = text.split('<details>');
    expect(rows(open).map((row) => /\*\*(\w+)/.exec(row)?.[1])).toEqual([
      undefined,
      undefined,
      'broken',
      'regressed',
      'inconclusive',
      'accepted',
      'unmeasured',
      'improved',
    ]);
    expect(rows(folded)).toHaveLength(3);
    expect(open).toContain('accepted until 2027-02-22');
    expect(open.indexOf('Not like for like')).toBeLessThan(open.indexOf('×'));
    expect(text).toContain("```sh\nnpm run bench -- gate --against 'origin/main' --targets 'pytorch/*'\n```");
    expect(text).toContain(
      '1 broken, 1 regressed, 1 inconclusive, 1 accepted, 1 unmeasured, 1 improved, 1 ok.',
    );
  });

  it('keeps every text in its place', () => {
    const text = gateMarkdown(
      report([finding('regressed', 'speed', { cell: nasty, target: nasty, reason: nasty })], {
        summary: nasty,
        notLikeForLike: [nasty],
        baseline: { name: nasty, versions: {} },
      }),
    );
    for (const row of rows(text)) expect(row.split('|')).toHaveLength(9);
    const withoutOurs = text.replaceAll(/<\/?(?:code|details|summary)>|<!-- touchstone-gate -->/g, '');
    expect(withoutOurs).not.toMatch(/[<>]/);
    expect(text.match(/<\/details>/g) ?? []).toHaveLength(0);
    expect(text).not.toMatch(/@\w/);
    expect(text).not.toMatch(/(?!\n)[\p{Cc}\p{Bidi_Control}]/u);
    expect(text).not.toMatch(/^#+ heading/m);
    expect(text).not.toContain('](');
    expect(text.split('\n').filter((line) => line.startsWith('```'))).toHaveLength(2);
  });

  it('stays under the limit of a comment, and says what it left out', () => {
    const findings = [...many(400, 'regressed', '|'.repeat(600)), ...many(3000, 'ok')];
    const text = gateMarkdown(
      report(findings, { notLikeForLike: Array.from({ length: 50 }, () => '|'.repeat(999)) }),
    );
    expect(text.length).toBeLessThanOrEqual(maxMarkdownLength);
    const left = Number(/\*\*Cut here:\*\* (\d+) more findings/.exec(text)?.[1]);
    const shown = rows(text).length - 2;
    expect(left + shown).toBe(3400);
    expect(text).toContain('and 40 more');
    expect(text.endsWith('```\n')).toBe(true);
    // Passing ones go first.
    const okay = gateMarkdown(report([...many(20, 'regressed'), ...many(3000, 'ok')]));
    expect(okay.length).toBeLessThanOrEqual(maxMarkdownLength);
    expect(okay.match(/\*\*regressed\*\*/g)).toHaveLength(20);
  });

  it('the fixed part alone stays under the limit too', () => {
    const long = '|'.repeat(5000);
    const text = gateMarkdown(
      report([], {
        summary: long,
        command: '`'.repeat(5000),
        notLikeForLike: Array.from({ length: 30 }, () => long),
        baseline: {
          name: long,
          versions: Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`${i}${long}`, long])),
        },
      }),
    );
    expect(text.length).toBeLessThanOrEqual(maxMarkdownLength);
  });
});

describe('escaped', () => {
  it('takes the meaning from markup at the start of a line and inside it', () => {
    expect(escaped('- item')).toBe('&#45; item');
    expect(escaped('1. item')).toBe('1&#46; item');
    expect(escaped('a|b<c>&d')).toBe('a&#124;b&#60;c&#62;&#38;d');
    expect(escaped('@me #7')).toBe('&#64;\u200bme &#35;\u200b7');
    expect(escaped('1.05 is 5 % more (of 2)')).toBe('1.05 is 5 % more (of 2)');
    expect(escaped('x'.repeat(600), 10)).toBe(`${'x'.repeat(9)}…`);
  });

  it('the name of a cell can be copied from the page', () => {
    expect(code('jax@0.9.0/cpu')).toBe('<code>jax&#64;0.9.0/cpu</code>');
  });

  it('backticks cannot end a block of code', () => {
    expect(codeBlock('a ```` b', 'sh')).toBe('`````sh\na ```` b\n`````');
  });
});
