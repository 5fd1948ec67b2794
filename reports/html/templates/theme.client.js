/** The theme by its button. */
const root = document.documentElement;
root.classList.add('scripted');
const theme = document.getElementById('theme');

function isDark() {
  return root.dataset.theme
    ? root.dataset.theme === 'dark'
    : matchMedia('(prefers-color-scheme: dark)').matches;
}
function nameTheme() {
  theme.textContent = isDark() ? 'Light' : 'Dark';
}
theme.addEventListener('click', () => {
  root.dataset.theme = isDark() ? 'light' : 'dark';
  nameTheme();
});
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', nameTheme);
nameTheme();
