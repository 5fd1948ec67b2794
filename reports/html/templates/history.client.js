/** Drawings that follow the window, and the theme. Everything is readable without it. */
const charts = JSON.parse(document.getElementById('data').textContent);
const root = document.documentElement;
root.classList.add('scripted');

function isDark() {
  return root.dataset.theme
    ? root.dataset.theme === 'dark'
    : matchMedia('(prefers-color-scheme: dark)').matches;
}

const button = document.getElementById('theme');
function nameButton() {
  button.textContent = isDark() ? 'Light' : 'Dark';
}
button.addEventListener('click', () => {
  root.dataset.theme = isDark() ? 'light' : 'dark';
  nameButton();
});
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', nameButton);
nameButton();

/** The drawing made before stays until the new one is ready, and for good where that fails. */
async function draw(chart) {
  const { spec, rows } = charts[Number(chart.dataset.index)];
  const fresh = document.createElement('div');
  fresh.style.width = '100%';
  const old = [...chart.children];
  chart.append(fresh);
  try {
    await window.vegaEmbed(
      fresh,
      { ...spec, width: 'container', datasets: { rows } },
      {
        renderer: 'svg',
        // A warning of the drawing library helps no reader.
        logLevel: window.vega.Error,
        actions: false,
        tooltip: { theme: isDark() ? 'dark' : 'light' },
      },
    );
    chart.classList.add('alive');
    for (const element of old) element.remove();
  } catch (error) {
    fresh.remove();
    console.error(error);
  }
}

// What is printed should not hide its tables.
addEventListener('beforeprint', () => {
  for (const details of document.querySelectorAll('details')) details.open = true;
});
const watcher = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      watcher.unobserve(target);
      draw(target);
    }
  },
  { rootMargin: '400px' },
);
for (const chart of document.querySelectorAll('.chart')) watcher.observe(chart);
