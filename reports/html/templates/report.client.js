/**
 * Makes the page interactive: matrix, charts and details follow what the reader chooses, which stands in the URL's hash. What is
 * shown is computed by the modules of `page/`; everything is readable without it.
 */
const { interpreter: _, page, ...figures } = linked;
const { folder, sweeps: referencedSweeps, table: packed, scripted } = await readData();
const [specs, sweeps] = [referencedSpecs, referencedSweeps].map(page.resolved);
for (const place of document.querySelectorAll('[data-scripted]'))
  place.outerHTML = scripted[place.dataset.scripted];
const table = page.unpacked(packed);
const charts = new Map(Object.values(figures).map((module) => [module.default.kind, module.default]));
const controls = document.getElementById('controls');
const heat = document.getElementById('heat');
const detail = document.getElementById('detail');
const groupChoice = document.querySelector('select[name=group]');
const duel = document.getElementById('duel');
let choice = page.choiceOf(table, location.hash);

/** Pages of several have it compressed. */
async function readData() {
  const { type, textContent: text } = document.getElementById('data');
  if (type === 'application/json') return JSON.parse(text);
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return JSON.parse(await new Response(stream).text());
}

/** @param entry whether going back leads to what was shown before */
function choose(changes, entry = false) {
  choice = { ...choice, ...changes };
  const hash = page.hashOf(table, choice);
  const url = hash || location.pathname + location.search;
  if (entry) history.pushState(null, '', url);
  else history.replaceState(null, '', url);
  show();
}

function show() {
  showMatrix();
  showControls();
  showDetail();
  showFiltered();
  showDuel();
  const { title } = table.groups[choice.group] ?? { title: '' };
  for (const element of document.querySelectorAll('.chosen-title')) element.textContent = title;
  if (groupChoice) groupChoice.value = String(choice.group);
  for (const chart of document.querySelectorAll('.chart.alive')) draw(chart);
  showTheme(choice.theme);
}

function showMatrix() {
  const focused = heat.contains(document.activeElement) ? keyOf(document.activeElement) : undefined;
  const view = page.matrixView(table, choice);
  heat.innerHTML = page.matrixMarkup(view).text;
  document.getElementById('status').textContent = view.status;
  for (const link of heat.querySelectorAll('td a')) link.tabIndex = -1;
  const again = focused && [...heat.querySelectorAll('a, button')].find((one) => keyOf(one) === focused);
  const entry = (again?.matches('td a') && again) || heat.querySelector('td a');
  if (entry) entry.tabIndex = 0;
  again?.focus();
}

/** What an element of the matrix is, when the matrix is made again. */
function keyOf(element) {
  return element.getAttribute('href') ?? JSON.stringify({ ...element.dataset });
}

function showControls() {
  controls.elements.namedItem('baseline').value = choice.baseline === null ? '' : String(choice.baseline);
  for (const box of controls.querySelectorAll('.choices input')) {
    box.checked = !hiddenOf(box.dataset.of).has(Number(box.value));
  }
  for (const button of document.querySelectorAll('#families button')) {
    const targets = page.familiesOf(table).get(button.value);
    button.setAttribute('aria-pressed', String(targets.some((one) => !choice.hiddenTargets.has(one))));
  }
}

function hiddenOf(what) {
  return what === 'targets' ? choice.hiddenTargets : choice.hiddenGroups;
}

function showDetail() {
  detail.hidden = choice.cell === null;
  detail.innerHTML =
    choice.cell === null ? '' : page.detailMarkup(page.detailOf(table, choice.cell, choice), folder).text;
}

/** What is chosen holds for every section. */
function showFiltered() {
  for (const block of document.querySelectorAll('[data-group]')) {
    block.hidden = choice.hiddenGroups.has(Number(block.dataset.group));
  }
  for (const row of document.querySelectorAll('tr[data-of]')) {
    row.hidden = !row.dataset.of.split(' ').some((cell) => page.isShown(table, Number(cell), choice));
  }
  for (const option of groupChoice?.options ?? []) {
    option.hidden = choice.hiddenGroups.has(Number(option.value));
  }
}

function showDuel() {
  const two = page.duelists(table, choice);
  duel.hidden = !two;
  if (!two || !duel.open) return;
  duel.querySelector('select[name=own]').value = String(two[0]);
  duel.querySelector('select[name=other]').value = String(two[1]);
  const found = page.duelOf(table, choice, two);
  duel.querySelector('.duel-summary').textContent = found.summary;
  duel.querySelector('.duel-table').innerHTML = page.tableMarkup(found.table).text;
}

/** Of a page of several, whose tables are made when they are asked for. */
function fillTables() {
  for (const place of document.querySelectorAll('[data-sweep-table]:empty')) {
    place.innerHTML = page.tableMarkup(sweeps[place.dataset.sweepTable].table).text;
  }
  for (const place of document.querySelectorAll('[data-numbers]:empty')) {
    const numbers = page.numbersTable(table, Number(place.dataset.numbers));
    place.innerHTML = numbers ? page.tableMarkup(numbers).text : '<p>No target has a result.</p>';
  }
  showFiltered();
}

/** Names of targets that are not shown. */
function hiddenNames() {
  return new Set([...choice.hiddenTargets].map((target) => table.targets[target]?.name));
}

function draw(chart) {
  const sweep = sweeps[chart.dataset.sweep];
  if (sweep) {
    const hidden = hiddenNames();
    return embed(
      chart,
      sweep.spec,
      sweep.rows.filter(({ target }) => !hidden.has(target)),
    );
  }
  const scene = page.sceneOf(table, choice);
  const drawn = scene && charts.get(chart.dataset.chart)?.draw(scene);
  const tables = chart.closest('figure').querySelector('.chart-table');
  if (!drawn?.rows.length) {
    chart.view?.finalize();
    chart.view = undefined;
    chart.removeAttribute('role');
    chart.replaceChildren(
      scene?.baseline === undefined
        ? 'Nothing to draw: the baseline has no result here.'
        : 'Nothing to draw: too few results.',
    );
    chart.classList.add('alive');
    if (tables) tables.replaceChildren();
    return;
  }
  chart.setAttribute('role', 'img');
  chart.setAttribute('aria-label', drawn.description);
  if (tables) tables.innerHTML = page.tableMarkup(drawn.table).text;
  embed(chart, specs[chart.dataset.chart][drawn.spec], drawn.rows);
}

/** What a chart shows, in Vega-Lite with its data; undefined where it shows nothing. */
function sourceOf(chart) {
  const sweep = sweeps[chart.dataset.sweep];
  if (sweep) return { source: sweep.source, rows: sweep.rows };
  const figure = charts.get(chart.dataset.chart);
  const scene = page.sceneOf(table, choice);
  const drawn = scene && figure?.draw(scene);
  return drawn?.rows.length ? { source: figure.specs[drawn.spec], rows: drawn.rows } : undefined;
}

/** Colours of the page are names that nobody else knows. */
function withColours(text) {
  const style = getComputedStyle(root);
  return text.replaceAll(/var\((--[\w-]+)\)/g, (_, name) => style.getPropertyValue(name).trim());
}

/** As a file of its own, on the page's ground. */
function svgOf(chart) {
  const copy = chart.querySelector('svg').cloneNode(true);
  const [, , width, height] = copy.getAttribute('viewBox').split(' ').map(Number);
  copy.removeAttribute('aria-hidden');
  copy.setAttribute('width', width);
  copy.setAttribute('height', height);
  copy.setAttribute('font-family', 'system-ui, sans-serif');
  copy.setAttribute('font-size', '12px');
  const ground = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
  for (const [name, value] of [
    ['width', width],
    ['height', height],
    ['fill', 'var(--paper)'],
  ])
    ground.setAttribute(name, value);
  copy.prepend(ground);
  return { width, height, text: withColours(new XMLSerializer().serializeToString(copy)) };
}

/** Twice as fine as on a plain screen. */
const pngScale = 2;

async function savePng(file, { width, height, text }) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [width * pngScale, height * pngScale];
  canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height);
  canvas.toBlob((blob) => saveBlob(`${file}.png`, blob), 'image/png');
}

function saveChart(chart, format) {
  const file = `${name}-${chart.dataset.chart ?? chart.dataset.sweep}`;
  const shown = sourceOf(chart);
  if (!shown || !chart.querySelector('svg')) return;
  if (format === 'SVG') return download(`${file}.svg`, 'image/svg+xml', svgOf(chart).text);
  if (format === 'PNG') return savePng(file, svgOf(chart));
  const spec = { ...shown.source, data: { values: shown.rows } };
  download(`${file}.vl.json`, 'application/json', withColours(JSON.stringify(spec, null, 2)));
}

/** Beside every chart, since only scripts can do it. */
function addSaving() {
  for (const chart of document.querySelectorAll('.chart')) {
    const row = document.createElement('p');
    row.className = 'saving soft';
    row.append('Save as ');
    for (const format of ['SVG', 'PNG', 'Vega-Lite']) {
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = format;
      button.setAttribute('aria-label', `Save the chart as ${format}`);
      button.addEventListener('click', () => saveChart(chart, format));
      row.append(button, ' ');
    }
    chart.after(row);
  }
}

/** Adds to one of the sets of what is hidden, or takes from it. */
function hide(what, places, isHidden) {
  const hidden = new Set(hiddenOf(what));
  for (const place of places) {
    if (isHidden) hidden.add(place);
    else hidden.delete(place);
  }
  choose(what === 'targets' ? { hiddenTargets: hidden } : { hiddenGroups: hidden });
}

function sortBy(text) {
  const group = Number(text);
  const sort = text === 'target' || text === 'overall' ? text : { group };
  const isSame = JSON.stringify(sort) === JSON.stringify(choice.sort);
  const chosen = typeof sort === 'object' ? { group } : {};
  choose({ sort, descending: isSame && !choice.descending, ...chosen });
}

function openCell(link) {
  const { group, cell } = page.choiceOf(table, link.getAttribute('href'));
  choose({ group, cell }, true);
  detail.querySelector('h3')?.focus();
  detail.scrollIntoView({ block: 'nearest' });
}

function closeDetail() {
  const slug = choice.cell === null ? '' : `#${page.cellSlug(table, choice.cell)}`;
  choose({ cell: null });
  heat.querySelector(`a[href="${CSS.escape(slug)}"], a[href="${slug}"]`)?.focus();
}

/** From cell to cell by the arrow keys: only one of them is a stop of the tab key. */
function move(event) {
  const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
  const place = event.target.closest?.('td')?.cellIndex;
  let row = event.target.closest?.('tr');
  if (!steps || place === undefined || !event.target.matches('td a')) return;
  event.preventDefault();
  let column = place;
  do {
    column += steps[1];
    if (steps[0]) row = steps[0] < 0 ? row.previousElementSibling : row.nextElementSibling;
  } while (row?.cells[column] && !row.cells[column].querySelector('a'));
  const next = row?.cells[column]?.querySelector('a');
  if (!next) return;
  event.target.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
}

function download(file, type, text) {
  saveBlob(file, new Blob([text], { type }));
}

function saveBlob(file, blob) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = file;
  link.click();
  URL.revokeObjectURL(link.href);
}

function listen() {
  controls.addEventListener('submit', (event) => event.preventDefault());
  controls.addEventListener('change', ({ target }) => {
    if (target.name === 'baseline') choose({ baseline: target.value === '' ? null : Number(target.value) });
    if (target.type === 'checkbox') hide(target.dataset.of, [Number(target.value)], !target.checked);
  });
  controls.addEventListener('input', searchPicker);
  document.getElementById('families')?.addEventListener('click', ({ target }) => {
    if (target.value)
      hide('targets', page.familiesOf(table).get(target.value), target.ariaPressed === 'true');
  });
  document.getElementById('reset').addEventListener('click', () => {
    choose({ ...page.firstChoiceOf(table), theme: choice.theme, group: choice.group });
  });
  groupChoice?.addEventListener('change', () => choose({ group: Number(groupChoice.value), cell: null }));
  heat.addEventListener('keydown', move);
  heat.addEventListener('click', ({ target }) => {
    const { sort, unfold } = target.closest('button')?.dataset ?? {};
    if (sort) sortBy(sort);
    if (unfold) hide('targets', page.familiesOf(table).get(unfold), false);
  });
  detail.addEventListener('click', ({ target }) => target.closest('[data-close]') && closeDetail());
  detail.addEventListener('keydown', ({ key }) => key === 'Escape' && closeDetail());
  duel.addEventListener('toggle', showDuel);
  duel.addEventListener('submit', (event) => event.preventDefault());
  duel.addEventListener('change', () => {
    const two = ['own', 'other'].map((side) => Number(duel.querySelector(`select[name=${side}]`).value));
    choose({ duel: two });
  });
  document.getElementById('numbers').addEventListener('toggle', fillTables);
  document.getElementById('scaling')?.addEventListener('toggle', fillTables);
  addEventListener('hashchange', follow);
  addEventListener('popstate', follow);
  document.addEventListener('click', ({ target }) => closePickers(target));
  controls.addEventListener('keydown', ({ key }) => key === 'Escape' && closePickers(null));
  document.addEventListener('click', followLink);
  listenForTheme(
    (theme) => choose({ theme }),
    () => showTheme(choice.theme),
  );
}

/** What lies over the matrix goes when the reader turns to something else. */
function closePickers(except) {
  for (const picker of controls.querySelectorAll('.picker[open]')) {
    if (!picker.contains(except)) picker.open = false;
  }
}

function follow() {
  choice = page.choiceOf(table, location.hash);
  show();
}

/** A link to a cell opens its details; one to a section would overwrite the choice in the hash. */
function followLink(event) {
  const link = event.target.closest?.('a[href^="#"]');
  if (!link) return;
  event.preventDefault();
  if (heat.contains(link)) return openCell(link);
  const section = document.getElementById(link.getAttribute('href').slice(1));
  if (section?.matches('details')) section.open = true;
  section?.scrollIntoView();
}

const name = `touchstone-${table.run}`.replaceAll(/[^\w-]+/g, '-');
document
  .getElementById('download-json')
  .addEventListener('click', () => download(`${name}.json`, 'application/json', JSON.stringify(table)));
document
  .getElementById('download-csv')
  .addEventListener('click', () => download(`${name}.csv`, 'text/csv', page.csvOf(table)));

listen();
addSaving();
show();
if (choice.duel) duel.open = true;
drawWhenNear(draw);
printWhole(draw);
// After what was folded is open, and before it is printed.
addEventListener('beforeprint', () => {
  fillTables();
  showDuel();
});
// Without scripts a link to a cell leads to its row; with them to its details.
for (const place of document.querySelectorAll('th > span[id]')) place.removeAttribute('id');
if (choice.cell !== null) {
  for (const fold of document.querySelectorAll('.fold[open]')) fold.open = false;
  addEventListener('load', () => detail.scrollIntoView({ block: 'center' }));
}
