import { describe, expect, it } from 'vitest';
import { markup, nothing } from '../../../reports/html/page/markup.js';
import { tableMarkup } from '../../../reports/html/page/table-markup.js';

const hostile = `</td>"><img src=x onerror='a'>&amp;`;

describe('markup', () => {
  it('escapes what is put into it, in text and in attributes', () => {
    expect(markup`<b title="${hostile}">${hostile}</b>`.text).toBe(`<b title="${escaped}">${escaped}</b>`);
    expect(markup`${1}`.text).toBe('1');
  });

  it('leaves markup as it is, alone and in lists', () => {
    const items = ['<', '&'].map((text) => markup`<li>${text}</li>`);
    expect(markup`<ul>${items}${nothing}</ul>`.text).toBe('<ul><li>&lt;</li><li>&amp;</li></ul>');
  });
});

const escaped = '&lt;/td&gt;&quot;&gt;&lt;img src=x onerror=&#39;a&#39;&gt;&amp;amp;';

it('a table escapes caption, heads, headings, places and cells', () => {
  const { text } = tableMarkup({
    caption: hostile,
    head: [hostile],
    rows: [{ heading: hostile, ids: [hostile], cells: [{ text: hostile, note: hostile, numeric: true }] }],
  });
  expect(text).not.toContain('<img');
  expect(text.split(escaped)).toHaveLength(8);
  expect(text).toContain(`<td class="number ${escaped}">`);
});
