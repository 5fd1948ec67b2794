/**
 * Common to all pages: the theme, drawings that follow the window, tables in print. The page's own script follows in the
 * same module.
 */
const root = document.documentElement;
root.classList.add('scripted');

function isDark() {
  return root.dataset.theme
    ? root.dataset.theme === 'dark'
    : matchMedia('(prefers-color-scheme: dark)').matches;
}

/** The drawing made beforehand stays until the new one is ready, and for good where that fails. */
// biome-ignore lint/correctness/noUnusedVariables: the page's own script calls it
async function embed(chart, spec, rows) {
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

/** Each drawing once it comes near the window. */
// biome-ignore lint/correctness/noUnusedVariables: the page's own script calls it
function drawWhenNear(draw) {
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
}

// What is printed should not hide its tables.
addEventListener('beforeprint', () => {
  for (const details of document.querySelectorAll('details')) details.open = true;
});
