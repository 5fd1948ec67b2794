/** The index's matrix as a table, whose rows are links to their pages. */
import { type Markup, markup, nothing } from './markup.js';
import type { OverviewCell, OverviewLine, OverviewView } from './overview.js';

export function overviewMarkup({ caption, columns, all, rows }: OverviewView): Markup {
  const heads = columns.map(({ target, name, look, sorted }) => {
    const sort = sorted ? markup` aria-sort="${sorted}"` : nothing;
    return markup`<th scope="col"${sort}><button type="button" data-sort="${target}"><span class="look series-${look.series}" aria-hidden="true">${look.symbol}</span> ${name}</button></th>`;
  });
  return markup`<table class="heat overview">
<caption>${caption}</caption>
<thead><tr><th scope="col"><button type="button" data-sort="">Page</button></th>${heads}</tr></thead>
<tbody>
<tr class="overall"><th scope="row">${all.title}</th>${all.cells.map(cellMarkup)}</tr>
${rows.map(rowMarkup)}</tbody></table>
<p class="legend soft"><span><b aria-hidden="true">°</b> not in every comparison of its row</span> <span>The paler, the fewer.</span></p>`;
}

function rowMarkup({ title, page, cells }: OverviewLine): Markup {
  return markup`<tr><th scope="row" title="${title}"><a href="${page}">${title}</a></th>${cells.map(cellMarkup)}</tr>
`;
}

function cellMarkup({ text, style, label }: OverviewCell): Markup {
  return markup`<td class="${style}" title="${label}">${text}</td>`;
}
