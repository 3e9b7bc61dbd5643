// The timeline: each thread a row of its tasks. A task is seven numbers: start and length in microseconds, step, index of
// axis 0, first row, rows, voxels. Only what can be seen is painted, and of tasks within one pixel the first, so that a
// hundred thousand of them stay smooth.
const all = run.wall_s * 1e6, view = { lo: 0, hi: all };
const chosen = { thread: 0, task: -1, node: -1 };
const rowHeight = 28, axis = 20, least = 2;

function firstAfter(t, time) {
  let lo = 0, hi = t.length / 7;
  while (lo < hi) {
    const m = (lo + hi) >> 1;
    if (t[7 * m] + t[7 * m + 1] < time) lo = m + 1; else hi = m;
  }
  return lo;
}

// ---- painting

function sized(canvas, height) {
  const ratio = devicePixelRatio || 1, w = canvas.clientWidth;
  canvas.width = w * ratio;
  canvas.height = height * ratio;
  canvas.style.height = `${height}px`;
  const g = canvas.getContext('2d');
  g.scale(ratio, ratio);
  return [g, w];
}

// A time on an axis whose marks are `every` microseconds apart.
function mark(t, every) {
  const [unit, of] = every >= 1e5 ? ['s', 1e6] : every >= 100 ? ['ms', 1e3] : ['µs', 1];
  return `${(t / of).toFixed(Math.max(0, -Math.floor(Math.log10(every / of) + 1e-9)))} ${unit}`;
}

function paintAxis(g, w, per) {
  const least = 84 / per, ten = 10 ** Math.floor(Math.log10(least)), every = ten * [1, 2, 5, 10].find(k => k * ten >= least);
  g.font = `11px ${getComputedStyle(document.body).fontFamily}`;
  for (let t = Math.ceil(view.lo / every) * every; t < view.hi; t += every) {
    const x = (t - view.lo) * per;
    g.fillStyle = css('--line');
    g.fillRect(x, 0, 1, axis + rowHeight * extra.threads.length);
    g.fillStyle = css('--soft');
    g.fillText(mark(t, every), x + 4, 13);
  }
}

function paintThread(g, t, y, w, per) {
  let last = -1;
  for (let i = 7 * firstAfter(t, view.lo); i < t.length && t[i] < view.hi; i += 7) {
    const x = (t[i] - view.lo) * per, end = x + t[i + 1] * per, node = place.get(t[i + 2]);
    if (end < last + 0.5) continue;
    g.globalAlpha = chosen.node < 0 || chosen.node === node ? 1 : 0.12;
    g.fillStyle = ink(node);
    g.fillRect(x, y, Math.max(0.6, end - x - (end - x > 4 ? 0.6 : 0)), rowHeight - 5);
    last = Math.max(end, x + 0.6);
  }
  g.globalAlpha = 1;
}

function paintChosen(g, per) {
  const t = extra.threads[chosen.thread], i = 7 * chosen.task;
  if (chosen.task < 0 || !t || i >= t.length) return;
  g.strokeStyle = css('--ink');
  g.lineWidth = 2;
  g.strokeRect((t[i] - view.lo) * per - 1, axis + rowHeight * chosen.thread - 1, Math.max(2, t[i + 1] * per) + 2, rowHeight - 3);
}

function paint() {
  const [g, w] = sized($('timeline'), axis + rowHeight * extra.threads.length + 2), per = w / (view.hi - view.lo);
  paintAxis(g, w, per);
  extra.threads.forEach((t, k) => paintThread(g, t, axis + rowHeight * k, w, per));
  paintChosen(g, per);
  paintStrip();
  $('timeline').dataset.lo = view.lo;
  $('timeline').dataset.hi = view.hi;
}

// The whole run as threads at work, with the part that is shown below.
let shape = null;
function paintStrip() {
  const h = 30, [g, w] = sized($('strip'), h), parts = 400;
  shape = shape || atWork(parts, run.wall_s / parts || 1);
  g.fillStyle = css('--parallel');
  shape.forEach((v, k) => { const tall = v / run.threads * (h - 4); g.fillRect(k * w / parts, h - tall, w / parts + 0.5, tall); });
  const lo = view.lo / all * w, hi = view.hi / all * w;
  g.fillStyle = css('--card');
  g.globalAlpha = 0.72;
  g.fillRect(0, 0, lo, h);
  g.fillRect(hi, 0, w - hi, h);
  g.globalAlpha = 1;
  g.strokeStyle = css('--ink');
  g.lineWidth = 1.5;
  g.strokeRect(lo + 0.75, 0.75, Math.max(3, hi - lo - 1.5), h - 1.5);
}

let asked = false;
function repaint() {
  if (asked) return;
  asked = true;
  requestAnimationFrame(() => { asked = false; paint(); });
}

// ---- moving

function show(lo, size) {
  size = Math.min(all, Math.max(least, size));
  view.lo = Math.min(Math.max(0, lo), all - size);
  view.hi = view.lo + size;
  repaint();
}
function zoom(by, around) {
  const size = view.hi - view.lo, at = around ?? (view.lo + view.hi) / 2, next = Math.min(all, Math.max(least, size * by));
  show(at - (at - view.lo) * next / size, next);
}
const move = part => show(view.lo + part * (view.hi - view.lo), view.hi - view.lo);

function tell(thread, i) {
  const t = extra.threads[thread], n = nodes[place.get(t[i + 2])];
  $('what').textContent = `thread ${thread + 1}: ${called(n)}${t[i + 6] ? '' : ' (merge)'}, ${seconds(t[i + 1] * 1e-6)} from ${seconds(t[i] * 1e-6)} on; ` +
    `axis 0 from ${t[i + 3]}, rows ${t[i + 4]} to ${t[i + 4] + t[i + 5]}, ${big(t[i + 6])} voxels`;
}

function choose(step) {
  const t = extra.threads[chosen.thread], n = t.length / 7;
  if (!n) return;
  const from = chosen.task < 0 ? firstAfter(t, view.lo) - (step > 0 ? 1 : 0) : chosen.task;
  chosen.task = Math.min(n - 1, Math.max(0, from + step));
  const i = 7 * chosen.task, size = view.hi - view.lo;
  if (t[i] < view.lo || t[i] + t[i + 1] > view.hi) show(t[i] + t[i + 1] / 2 - size / 2, size);
  tell(chosen.thread, i);
  repaint();
}
function chooseThread(step) {
  chosen.thread = (chosen.thread + step + extra.threads.length) % extra.threads.length;
  const t = extra.threads[chosen.thread];
  chosen.task = Math.min(t.length / 7 - 1, firstAfter(t, view.lo));
  choose(0);
}

const keys = {
  '+': () => zoom(0.5), '=': () => zoom(0.5), '-': () => zoom(2), '−': () => zoom(2), 0: () => show(0, all), Home: () => show(0, view.hi - view.lo),
  End: () => show(all, view.hi - view.lo), ArrowLeft: () => move(-0.2), ArrowRight: () => move(0.2),
  ArrowUp: () => chooseThread(-1), ArrowDown: () => chooseThread(1), n: () => choose(1), p: () => choose(-1),
  Escape: () => { chosen.task = chosen.node = -1; legend(); repaint(); },
};

// Two fingers zoom, one moves; a mouse that presses nothing only asks.
function pointers(c) {
  const time = x => view.lo + (x - c.getBoundingClientRect().left) / c.clientWidth * (view.hi - view.lo), down = new Map();
  c.addEventListener('wheel', e => { e.preventDefault(); zoom(e.deltaY > 0 ? 1.25 : 0.8, time(e.clientX)); }, { passive: false });
  c.addEventListener('dblclick', e => zoom(0.25, time(e.clientX)));
  c.addEventListener('pointerdown', e => { down.set(e.pointerId, e.clientX); c.setPointerCapture(e.pointerId); });
  for (const end of ['pointerup', 'pointercancel']) c.addEventListener(end, e => down.delete(e.pointerId));
  c.addEventListener('pointermove', e => {
    if (!down.has(e.pointerId)) return ask(e, time(e.clientX));
    const before = down.get(e.pointerId), others = [...down].filter(([id]) => id !== e.pointerId);
    down.set(e.pointerId, e.clientX);
    if (!others.length) return move((before - e.clientX) / c.clientWidth);
    const still = others[0][1];
    zoom(Math.max(1, Math.abs(before - still)) / Math.max(1, Math.abs(e.clientX - still)), time(still));
  });
}
function ask(e, time) {
  const k = Math.floor((e.offsetY - axis) / rowHeight), t = extra.threads[k], i = t ? 7 * firstAfter(t, time) : 0;
  if (t && i < t.length && t[i] <= time) tell(k, i);
}
function stripPointers(c) {
  const go = e => { const size = view.hi - view.lo; show(e.offsetX / c.clientWidth * all - size / 2, size); };
  c.addEventListener('pointerdown', e => { c.setPointerCapture(e.pointerId); go(e); });
  c.addEventListener('pointermove', e => { if (e.buttons) go(e); });
}

// ---- its life

// A button for each node: all others fade.
function legend() {
  const box = $('legend');
  box.textContent = '';
  nodes.forEach((n, k) => {
    const b = make('button', undefined, box), c = make('canvas', undefined, b), g = c.getContext('2d');
    c.width = c.height = 22;
    g.fillStyle = ink(k);
    g.fillRect(0, 0, 22, 22);
    b.append(called(n));
    b.setAttribute('aria-pressed', String(chosen.node === k));
    b.onclick = () => { chosen.node = chosen.node === k ? -1 : k; legend(); $('legend').children[k].focus(); repaint(); };
  });
}

function timeline() {
  if (!extra.threads || !all) return;
  const c = $('timeline');
  $('timeline_card').hidden = false;
  pointers(c);
  stripPointers($('strip'));
  c.addEventListener('keydown', e => {
    const act = e.ctrlKey || e.metaKey || e.altKey ? null : keys[e.key];
    if (act) { e.preventDefault(); act(); }
  });
  const buttons = { in: () => zoom(0.5), out: () => zoom(2), left: () => move(-0.3), right: () => move(0.3), all: () => show(0, all) };
  for (const [id, act] of Object.entries(buttons)) $(id).onclick = act;
  if (extra.left_out) $('left_out').textContent = `${big(extra.left_out)} of the shortest tasks are not shown.`;
  addEventListener('resize', repaint);
}

heading();
hideTimes();
facts();
nodeTable();
inputTable();
otherTables();
scaleTable();
outputs();
timeline();
graph();
draw();
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
addEventListener('beforeprint', () => onPaper(true));
addEventListener('afterprint', () => onPaper(false));
