/** The matrix as a table, whose cells are links to their details. */
import { type Markup, markup, nothing } from './markup.js';
import type { CellView, ColumnView, FoldedView, MatrixView, RowView } from './matrix.js';

/** @param isPlain without links and what scripts add at once: a page of several has its details from its script */
export function matrixMarkup(view: MatrixView, isPlain = false): Markup {
  const workloads = view.workloads.map(
    ({ title, span }) => markup`<th scope="colgroup" colspan="${span}">${title}</th>`,
  );
  const legend = view.legend.map(
    ({ symbol, meaning }) => markup`<span><b aria-hidden="true">${symbol}</b> ${meaning}</span> `,
  );
  return markup`<table class="heat">
<caption>${view.caption}</caption>
<thead>
<tr><td></td><td></td>${workloads}</tr>
<tr>${headsMarkup(view)}</tr>
</thead>
<tbody>
${view.rows.map((row) => rowMarkup(row, isPlain ? plainCellMarkup : cellMarkup))}${view.folded.map((family) => foldedMarkup(family, view))}</tbody></table>
<p class="legend soft">${legend}<span>The paler, the less certain.</span></p>`;
}

function headsMarkup({ isFixed, targets, overall, columns }: MatrixView): readonly Markup[] {
  const [target, mean] = [markup`Target`, markup`Overall<small>${overall.title}</small>`];
  if (isFixed) return [target, mean, ...columns.map(({ variant }) => markup`${variant}`)].map(fixedHead);
  return [
    sortable('target', targets.sorted, target),
    sortable('overall', overall.sorted, mean),
    ...columns.map(columnMarkup),
  ];
}

/** Without scripts nothing sorts, and no details open. */
function fixedHead(content: Markup): Markup {
  return markup`<th scope="col"><span class="fixed">${content}</span></th>`;
}

function sortable(name: string | number, sorted: string, content: Markup, style = ''): Markup {
  const sort = sorted ? markup` aria-sort="${sorted}"` : nothing;
  const chosen = style ? markup` class="${style}"` : nothing;
  return markup`<th scope="col"${sort}${chosen}><button type="button" data-sort="${name}">${content}</button></th>`;
}

function columnMarkup({ group, variant, sorted, isChosen }: ColumnView): Markup {
  return sortable(group, sorted, markup`${variant}`, isChosen ? 'chosen' : '');
}

function rowMarkup(
  { name, device, look, overall, cells }: RowView,
  cellMarkupOf: (cell: CellView) => Markup,
): Markup {
  const where = device ? markup` <small>${device}</small>` : nothing;
  return markup`<tr><th scope="row" title="${name}"><span class="look series-${look.series}" aria-hidden="true">${look.symbol}</span> ${name}${where}</th><td class="overall ${overall.heat}">${overall.text}</td>${cells.map(cellMarkupOf)}</tr>
`;
}

function cellMarkup({ slug, page = '', symbol, text, interval, style, label, hint }: CellView): Markup {
  const bounds = interval ? markup`<small>${interval}</small>` : nothing;
  if (!slug) {
    const shown = symbol
      ? markup`<span class="fixed" aria-hidden="true">${symbol} ${text}${bounds}</span>`
      : nothing;
    return markup`<td class="${style}">${shown}<span class="hidden">${label}</span></td>`;
  }
  return markup`<td class="${style}"><a href="${page}#${slug}" aria-label="${label}" title="${hint}"><span>${symbol} ${text}</span>${bounds}</a></td>`;
}

function plainCellMarkup({ symbol, text, interval, style }: CellView): Markup {
  const bounds = interval ? markup`<small>${interval}</small>` : nothing;
  return markup`<td class="${style}">${symbol} ${text}${bounds}</td>`;
}

function foldedMarkup({ family, count }: FoldedView, { columns }: MatrixView): Markup {
  return markup`<tr class="script-row"><th scope="row" colspan="${columns.length + 2}"><button type="button" data-unfold="${family}" aria-expanded="false">▸ ${family}: ${count} folded</button></th></tr>
`;
}
