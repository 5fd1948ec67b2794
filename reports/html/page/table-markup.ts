/** A table of texts, as it stands under a chart. */
import type { Table, TableCell, TableRow } from '../chart.js';
import { type Markup, markup, nothing } from './markup.js';

export function tableMarkup({ caption, head, rows }: Table): Markup {
  const heads = head.map((text) => markup`<th scope="col">${text}</th>`);
  return markup`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table>
<caption>${caption}</caption>
<thead><tr>${heads}</tr></thead>
<tbody>
${rows.map(rowMarkup)}</tbody></table></div>`;
}

function rowMarkup({ heading, ids = [], of = [], cells }: TableRow): Markup {
  const places = ids.map((id) => markup`<span id="${id}"></span>`);
  const shownWith = of.length > 0 ? markup` data-of="${of.join(' ')}"` : nothing;
  return markup`<tr${shownWith}><th scope="row">${places}${heading}</th>${cells.map(cellMarkup)}</tr>
`;
}

function cellMarkup({ text, numeric, note, href }: TableCell): Markup {
  const style = [numeric ? 'number' : '', note ?? ''].filter(Boolean).join(' ');
  const content = href === undefined ? markup`${text}` : markup`<a href="${href}">${text}</a>`;
  return style ? markup`<td class="${style}">${content}</td>` : markup`<td>${content}</td>`;
}
