/** The theme of all pages: the system's, until a button chooses. */
const root = document.documentElement;

function isDark() {
  return root.dataset.theme
    ? root.dataset.theme === 'dark'
    : matchMedia('(prefers-color-scheme: dark)').matches;
}

/** `chosen`: `light`, `dark`, or nothing for the system's. */
function showTheme(chosen) {
  if (chosen) root.dataset.theme = chosen;
  else delete root.dataset.theme;
  document.getElementById('theme').textContent = isDark() ? 'Light' : 'Dark';
}

/** Calls `choose` with the theme that the button offers, and `show` when the system's changes. */
function listenForTheme(choose, show) {
  document.getElementById('theme').addEventListener('click', () => choose(isDark() ? 'light' : 'dark'));
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', show);
}

/** Of a page that keeps no choice. */
// biome-ignore lint/correctness/noUnusedVariables: pages without a choice of their own call it
function themeByButton() {
  const show = () => showTheme(root.dataset.theme);
  listenForTheme(showTheme, show);
  show();
}
