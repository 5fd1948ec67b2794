/** The theme by its button, and the drawings of this page. Everything is readable without it. */
const charts = JSON.parse(document.getElementById('data').textContent);

themeByButton();

function draw(chart) {
  const { spec, rows } = charts[Number(chart.dataset.index)];
  embed(chart, spec, rows);
}
drawWhenNear(draw);
printWhole(draw);
