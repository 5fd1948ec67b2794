/** Standings of a run that goes on, looked at again until it has ended; then its report takes their place. */
const place = document.getElementById('standings');
const intervalMs = 3_000;

async function look() {
  const response = await fetch('standings');
  if (!response.ok) throw new Error(await response.text());
  const { html, hasReport } = await response.json();
  if (hasReport) location.replace('report.html');
  // Made by the server, which escapes what is in it.
  else if (place.innerHTML !== html) place.innerHTML = html;
}

async function watch() {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, intervalMs));
    // Nobody sees it, and looking costs the run a little.
    if (document.hidden) continue;
    try {
      await look();
    } catch {
      place.insertAdjacentHTML('afterbegin', '<p class="warn">The server does not answer any more.</p>');
      return;
    }
  }
}
void watch();
