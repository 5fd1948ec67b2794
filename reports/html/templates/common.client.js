/**
 * Common to all reports: drawings that follow the window, tables in print, what is searched for among choices. The theme comes before
 * it, and the modules of the project before that; the page's own script follows in the same module.
 */

/**
 * The drawing made beforehand stays until the new one is ready, and for good where that fails. Expressions are interpreted: a page
 * may be under a policy that forbids to compile them. It is drawn at once, since printing waits for nothing.
 */
// biome-ignore lint/correctness/noUnusedVariables: the page's own script calls it
function embed(chart, spec, rows) {
  const fresh = document.createElement('div');
  const old = [...chart.childNodes];
  chart.append(fresh);
  const data = spec.data.map((set) =>
    set.name === 'rows' ? { ...set, values: rows.map((row) => ({ ...row })) } : set,
  );
  try {
    const view = new window.vega.View(window.vega.parse({ ...spec, data }, undefined, { ast: true }), {
      renderer: 'svg',
      container: fresh,
      hover: true,
      expr: linked.interpreter.expressionInterpreter,
      // A warning of the drawing library helps no reader.
      logLevel: window.vega.Error,
    });
    view.run();
    // The figure has the description, and a table follows it.
    fresh.querySelector('svg')?.setAttribute('aria-hidden', 'true');
    chart.view?.finalize();
    chart.view = view;
    chart.classList.add('alive');
    for (const node of old) node.remove();
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

/** What is printed hides no table and has every drawing; afterwards it is as it was. */
// biome-ignore lint/correctness/noUnusedVariables: the page's own script calls it
function printWhole(draw) {
  let opened = [];
  addEventListener('beforeprint', () => {
    opened = [...document.querySelectorAll('details:not([open], .picker)')];
    for (const details of opened) details.open = true;
    for (const chart of document.querySelectorAll('.chart:not(.alive)')) draw(chart);
  });
  addEventListener('afterprint', () => {
    for (const details of opened) details.open = false;
  });
}

/** Leaves of a picker's choices those that have one of the words that are typed. */
// biome-ignore lint/correctness/noUnusedVariables: the page's own script calls it
function searchPicker({ target }) {
  if (target.type !== 'search') return;
  const wanted = target.value
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean);
  for (const label of target.closest('.picker').querySelectorAll('.choices label')) {
    const text = label.textContent.toLowerCase();
    label.hidden = wanted.length > 0 && !wanted.some((word) => text.includes(word));
  }
}
