/**
 * Makes the page interactive: theme, selection in the URL hash, drawings that follow the window, downloads. Everything
 * is readable without it.
 */
const data = JSON.parse(document.getElementById('data').textContent);
const filters = document.getElementById('filters');
const targets = data.results.targets.map(({ target }) => target);

/** The hash has what differs from the default: `#workload=lenet5&batch=64`. Without `=` it is a section's name. */
function selection() {
  const hash = location.hash.slice(1);
  return new URLSearchParams(hash.includes('=') ? hash : '');
}

function select(changes) {
  const chosen = selection();
  for (const [name, value] of Object.entries(changes)) {
    if (value) chosen.set(name, value);
    else chosen.delete(name);
  }
  history.replaceState(null, '', chosen.size > 0 ? `#${chosen}` : location.pathname + location.search);
  apply();
}

function apply() {
  const chosen = selection();
  for (const field of filters.elements) {
    const value = chosen.get(field.name) ?? '';
    field.value = [...field.options].some((option) => option.value === value) ? value : '';
  }
  for (const element of document.querySelectorAll('[data-workload]')) {
    element.hidden = ['workload', 'mode', 'batch', 'length', 'threads'].some((name) => {
      // A drawing along an axis is for every place on it. Not every run has lengths and threads to choose from.
      const wanted = element.dataset.axis === name ? '' : (filters.elements.namedItem(name)?.value ?? '');
      return wanted !== '' && wanted !== element.dataset[name];
    });
  }
  const baseline = targets.indexOf(filters.elements.baseline.value);
  for (const matrix of document.querySelectorAll('.matrix')) {
    matrix.hidden = matrix.dataset.baseline !== (baseline < 0 ? '' : String(baseline));
  }
  // What has no rows of that baseline stays as it is.
  for (const chart of document.querySelectorAll('.chart.alive')) draw(chart);
  applyTheme(chosen.get('theme'));
}

function applyTheme(theme) {
  if (theme === 'dark' || theme === 'light') root.dataset.theme = theme;
  else delete root.dataset.theme;
  document.getElementById('theme').textContent = isDark() ? 'Light' : 'Dark';
}

/** Rows against the chosen baseline; where it has no result, against the fastest. */
function rowsOf(chart) {
  const baseline = targets.indexOf(filters.elements.baseline.value);
  return data.rows[`${chart.dataset.figure}@${baseline}`] ?? data.rows[chart.dataset.figure];
}

async function draw(chart) {
  const rows = rowsOf(chart);
  if (!rows?.length || chart.drawn === rows) return;
  chart.drawn = rows;
  const spec = data.specs[chart.dataset.figure] ?? data.specs[chart.dataset.kind];
  await embed(chart, chart.clientWidth < 480 ? { ...spec, config: narrow(spec.config) } : spec, rows);
}

function narrow(config) {
  return {
    ...config,
    axis: { ...config.axis, labelLimit: 95, labelFontSize: 11, titleFontSize: 11 },
    legend: { ...config.legend, columns: 2, labelLimit: 100, labelFontSize: 11 },
  };
}

function download(name, type, text) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

function csv() {
  // A spreadsheet takes text that begins so for a formula.
  const literal = (value) =>
    typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  const quote = (value) => `"${literal(value).replaceAll('"', '""')}"`;
  const places = ['length', 'threads'].filter((name) => data.results.groups.some((group) => group[name]));
  const lines = [['workload', 'mode', 'batch', ...places, 'target', 'round', 'median_ns']];
  data.results.groups.forEach((group, index) => {
    const own = places.map((name) => group[name] ?? '');
    for (const { kind, target, round, ns } of data.rows[`rounds-${index}`] ?? []) {
      if (kind === 'round') lines.push([group.workload, group.mode, group.batch, ...own, target, round, ns]);
    }
  });
  return lines.map((line) => line.map(quote).join(',')).join('\r\n');
}

filters.addEventListener('change', ({ target }) => select({ [target.name]: target.value }));
filters.addEventListener('submit', (event) => event.preventDefault());
document
  .getElementById('theme')
  .addEventListener('click', () => select({ theme: isDark() ? 'light' : 'dark' }));
const name = `touchstone-${data.results.id}`.replaceAll(/[^\w-]+/g, '-');
document
  .getElementById('download-json')
  .addEventListener('click', () =>
    download(`${name}.json`, 'application/json', JSON.stringify(data.results)),
  );
document
  .getElementById('download-csv')
  .addEventListener('click', () => download(`${name}.csv`, 'text/csv', csv()));
// Links to sections would overwrite the selection in the hash.
document.addEventListener('click', (event) => {
  const link = event.target.closest?.('a[href^="#"]');
  const section = link && document.getElementById(link.getAttribute('href').slice(1));
  if (!section) return;
  event.preventDefault();
  section.scrollIntoView();
});
addEventListener('hashchange', apply);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', apply);

apply();
drawWhenNear(draw);
