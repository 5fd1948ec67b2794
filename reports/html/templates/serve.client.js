/**
 * The page that a visitor measures in: what the browser has, what is chosen, and the frames that the host asks for. While something is
 * measured, nothing here runs but what hands requests on.
 */
const byId = (id) => document.getElementById(id);
const form = byId('choice');
const targets = byId('targets');
/** A file that the host has read: its number there. */
let model;

function webglRenderer() {
  const gl = new OffscreenCanvas(1, 1).getContext('webgl2');
  if (!gl) return null;
  const unmasked = gl.getExtension('WEBGL_debug_renderer_info')?.UNMASKED_RENDERER_WEBGL;
  const name = String(gl.getParameter(unmasked ?? gl.RENDERER));
  gl.getExtension('WEBGL_lose_context')?.loseContext();
  return name;
}

async function webgpuAdapter() {
  const adapter = await navigator.gpu?.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) return null;
  const { vendor, architecture, description } = adapter.info ?? {};
  return description || [vendor, architecture].filter(Boolean).join(' ') || 'an adapter without a name';
}

/** What it answers, or null where it fails. */
async function attempt(ask) {
  try {
    return await ask();
  } catch {
    return null;
  }
}

async function factsOfBrowser() {
  return {
    userAgent: navigator.userAgent,
    platform: navigator.userAgentData?.platform || navigator.platform || '',
    cores: navigator.hardwareConcurrency,
    memoryGiB: navigator.deviceMemory ?? null,
    isSecure: isSecureContext,
    isIsolated: crossOriginIsolated,
    hasWebAssembly: typeof WebAssembly === 'object',
    webgl: await attempt(webglRenderer),
    webgpu: await attempt(webgpuAdapter),
    hasWebNn: 'ml' in navigator,
  };
}
const facts = factsOfBrowser();

/** @throws Error with the host's own words */
async function post(path, body) {
  const response = await fetch(path, { method: 'POST', body: JSON.stringify(body) });
  if (response.ok) return response;
  throw new Error(await response.text());
}

function problem(text) {
  byId('problem').textContent = text;
}

async function showTargets() {
  try {
    targets.innerHTML = await (await post('targets', await facts)).text();
    byId('start').disabled = false;
  } catch (error) {
    targets.textContent = error.message;
  }
}

// ---- a file of the visitor's own

async function takeModel(file) {
  const status = byId('model');
  problem('');
  status.className = '';
  status.textContent = `${file.name}: the host reads it …`;
  byId('start').disabled = true;
  const asked = new URLSearchParams({ name: file.name });
  try {
    const response = await fetch(`model?${asked}`, { method: 'PUT', body: file });
    if (!response.ok) throw new Error(await response.text());
    const read = await response.json();
    model = read.id;
    form.shapes.value = read.shapes;
    form.ranges.value = read.ranges;
    status.textContent = `${file.name}: ${read.text}`;
    byId('model-settings').hidden = false;
  } catch (error) {
    forgetModel();
    status.className = 'wrong';
    status.textContent = `${file.name}: ${error.message}`;
  }
  byId('start').disabled = false;
}

function forgetModel() {
  model = undefined;
  byId('file').value = '';
  byId('model').textContent = '';
  byId('model-settings').hidden = true;
}

byId('file').addEventListener('change', ({ target: { files } }) => {
  if (files[0]) takeModel(files[0]);
});
byId('remove').addEventListener('click', forgetModel);
const drop = byId('drop');
for (const type of ['dragenter', 'dragover']) {
  drop.addEventListener(type, (event) => {
    event.preventDefault();
    drop.classList.add('over');
  });
}
drop.addEventListener('dragleave', () => drop.classList.remove('over'));
drop.addEventListener('drop', (event) => {
  event.preventDefault();
  drop.classList.remove('over');
  const [file] = event.dataTransfer.files;
  if (file) takeModel(file);
});

// ---- frames

const frames = new Map();

function openFrame({ frame, url }) {
  const element = document.createElement('iframe');
  element.className = 'measured';
  element.title = 'A page that is measured';
  element.tabIndex = -1;
  element.src = url;
  frames.set(frame, { element, lines: [], isReady: false });
  let loads = 0;
  element.addEventListener('load', () => {
    loads += 1;
    if (loads > 1) fetch(`${url}failed`, { method: 'PUT', body: 'it left for another address' });
  });
  document.body.append(element);
}

function closeFrame({ frame }) {
  frames.get(frame)?.element.remove();
  frames.delete(frame);
  fetch(`gone/${frame}`, { method: 'PUT' });
}

/** One request at a time, when the frame asks for one. */
function hand(held) {
  if (!held.isReady || held.lines.length === 0) return;
  held.isReady = false;
  held.element.contentWindow.postMessage({ type: 'request', line: held.lines.shift() }, location.origin);
}

addEventListener('message', ({ source, origin, data }) => {
  if (origin !== location.origin || data?.type !== 'ready') return;
  for (const held of frames.values()) {
    if (held.element.contentWindow !== source) continue;
    held.isReady = true;
    hand(held);
  }
});

// ---- a measurement

const stage = { name: '', steps: 0, done: 0, limitMs: null, startedMs: 0 };

function showStage(label) {
  const { name, steps, done, limitMs, startedMs } = stage;
  const leftMs = limitMs === null ? null : Math.max(0, limitMs - (performance.now() - startedMs));
  const left = leftMs === null ? `${done} of ${steps}` : `at most ${Math.ceil(leftMs / 1_000)} s left`;
  byId('stage').textContent = `${name}: ${left}${label ? ` (${label})` : ''}`;
  byId('bar').value = limitMs === null ? done / Math.max(1, steps) : Math.min(1, 1 - leftMs / limitMs);
}

function note(text) {
  // Before anything is measured, it is what is waited for.
  if (stage.name === '') byId('stage').textContent = `${text} …`;
  const line = document.createElement('li');
  line.textContent = text;
  byId('notes').append(line);
}

const take = {
  open: openFrame,
  close: closeFrame,
  request({ frame, line }) {
    const held = frames.get(frame);
    held?.lines.push(line);
    if (held) hand(held);
  },
  stage({ name, steps, limitMs }) {
    Object.assign(stage, { name, steps, limitMs, done: 0, startedMs: performance.now() });
    showStage('');
  },
  step({ label }) {
    stage.done += 1;
    showStage(label);
  },
  note: ({ text }) => note(text),
  standings({ html }) {
    byId('standings').innerHTML = html;
  },
  done: ({ run, text, hasResult }) => finish(text, run, hasResult),
};

function finish(text, run, hasResult) {
  for (const frame of [...frames.keys()]) {
    frames.get(frame).element.remove();
    frames.delete(frame);
  }
  byId('progress').hidden = true;
  byId('result').hidden = false;
  byId('outcome').textContent = text;
  byId('outcome').className = hasResult ? '' : 'wrong';
  byId('report').hidden = run === undefined;
  byId('beside').hidden = !hasResult;
  if (run === undefined) return;
  byId('report').href = `run/${run}/report.html`;
  byId('beside').href = `run/${run}/beside`;
}

/** Lines of JSON, as the host sends them. */
async function follow(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const lines = (rest + value).split('\n');
    rest = lines.pop();
    for (const line of lines) {
      const { type, ...message } = JSON.parse(line);
      take[type](message);
    }
  }
}

function chosen(name) {
  return [...form.querySelectorAll(`[name=${name}]:checked`)].map(({ value }) => value);
}

function choice() {
  return {
    workloads: model === undefined ? chosen('workload') : [],
    model: model === undefined ? null : { id: model, shapes: form.shapes.value, ranges: form.ranges.value },
    modes: chosen('mode'),
    batches: form.batch.value,
    targets: chosen('target'),
    seconds: Number(form.seconds.value),
  };
}

/** A device that sleeps measures nothing; browsers without this interface are left to their user. */
async function keepAwake() {
  return (await attempt(() => navigator.wakeLock?.request('screen'))) ?? undefined;
}

async function measure() {
  problem('');
  let response;
  try {
    response = await post('measure', { facts: await facts, choice: choice() });
  } catch (error) {
    problem(error.message);
    return;
  }
  form.hidden = true;
  byId('progress').hidden = false;
  byId('progress-title').scrollIntoView();
  const awake = await keepAwake();
  try {
    tellVisibility();
    await follow(response.body);
    if (byId('result').hidden) finish('The host has ended the connection.', undefined, false);
  } catch (error) {
    finish(`The connection to the host was lost: ${error.message}`, undefined, false);
  }
  await awake?.release();
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  byId('start').disabled = true;
  measure().finally(() => {
    byId('start').disabled = false;
  });
});
byId('stop').addEventListener('click', () => fetch('stop', { method: 'PUT' }));

function tellVisibility() {
  byId('front').hidden = !document.hidden;
  if (!byId('progress').hidden)
    fetch(`visible/${document.hidden ? 'no' : 'yes'}`, { method: 'PUT', keepalive: true });
}
document.addEventListener('visibilitychange', tellVisibility);

void showTargets();
