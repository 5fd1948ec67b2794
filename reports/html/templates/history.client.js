/** The theme by its button, and the drawings of this page. Everything is readable without it. */
const charts = JSON.parse(document.getElementById('data').textContent);

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

function draw(chart) {
  const { spec, rows } = charts[Number(chart.dataset.index)];
  embed(chart, spec, rows);
}
drawWhenNear(draw);
printWhole(draw);
