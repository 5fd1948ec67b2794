/**
 * Makes the index of a large report interactive, and leads a link to a cell on to the page that has it. What is shown is computed by
 * the modules of `page/`; the matrix and its links are there without it.
 */
const { page } = linked;
const overview = JSON.parse(document.getElementById('data').textContent);
const controls = document.getElementById('controls');
const heat = document.getElementById('heat');
let choice = page.overviewChoiceOf(overview, location.hash);

function choose(changes) {
  choice = { ...choice, ...changes };
  history.replaceState(
    null,
    '',
    page.overviewHashOf(overview, choice) || location.pathname + location.search,
  );
  show();
}

function show() {
  const view = page.overviewView(overview, choice);
  const sorted = document.activeElement?.dataset?.sort;
  heat.innerHTML = page.overviewMarkup(view).text;
  // A page begins with what is chosen here.
  const carried = page.overviewHashOf(overview, { ...choice, sort: null, descending: false, find: '' });
  for (const link of heat.querySelectorAll('a')) link.href += carried;
  if (sorted !== undefined) heat.querySelector(`button[data-sort="${sorted}"]`)?.focus();
  document.getElementById('status').textContent = view.status;
  controls.elements.namedItem('baseline').value = choice.baseline === null ? '' : String(choice.baseline);
  const find = controls.elements.namedItem('find');
  if (find.value !== choice.find) find.value = choice.find;
  for (const box of controls.querySelectorAll('.choices input')) {
    box.checked = !choice.hiddenTargets.has(Number(box.value));
  }
  for (const button of document.querySelectorAll('#families button')) {
    const shown = familyOf(button.value).some((target) => !choice.hiddenTargets.has(target));
    button.setAttribute('aria-pressed', String(shown));
  }
  showTheme(choice.theme);
}

function familyOf(family) {
  return page.comparedColumns(overview).filter((target) => overview.targets[target].family === family);
}

function hide(targets, isHidden) {
  const hiddenTargets = new Set(choice.hiddenTargets);
  for (const target of targets) {
    if (isHidden) hiddenTargets.add(target);
    else hiddenTargets.delete(target);
  }
  choose({ hiddenTargets });
}

function search(event) {
  if (event.target.name === 'find') choose({ find: event.target.value });
  else searchPicker(event);
}

/** A hash names a cell of another page, a section of this one, or a choice. */
function follow() {
  const other = page.pageFor(overview, location.hash);
  if (other) return location.replace(other);
  const section = document.getElementById(location.hash.slice(1));
  if (section?.matches('details')) {
    section.open = true;
    section.scrollIntoView();
  } else {
    choice = page.overviewChoiceOf(overview, location.hash);
    show();
  }
}

controls.addEventListener('submit', (event) => event.preventDefault());
controls.addEventListener('input', search);
controls.addEventListener('change', ({ target }) => {
  if (target.name === 'baseline') choose({ baseline: target.value === '' ? null : Number(target.value) });
  if (target.type === 'checkbox') hide([Number(target.value)], !target.checked);
});
document.getElementById('families')?.addEventListener('click', ({ target }) => {
  if (target.value) hide(familyOf(target.value), target.ariaPressed === 'true');
});
document.getElementById('reset').addEventListener('click', () => {
  choose({ ...page.firstOverviewChoice, theme: choice.theme });
});
heat.addEventListener('click', ({ target }) => {
  const sort = target.closest('button')?.dataset.sort;
  if (sort === undefined) return;
  const place = sort === '' ? null : Number(sort);
  choose({ sort: place, descending: place === choice.sort && !choice.descending });
});
listenForTheme((theme) => choose({ theme }), show);
addEventListener('hashchange', follow);
printWhole(() => undefined);
show();
if (location.hash) follow();
