'use strict';
// The page of a run. All numbers come from the report; what only a run that kept its tasks knows is in `extra`,
// measurements with several numbers of threads are in `scale`.
const read = id => JSON.parse(document.getElementById(id).textContent);
const d = read('report'), extra = read('extra'), scale = read('scale'), run = d.run;
const $ = id => document.getElementById(id);
const css = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// ---- numbers as people read them

const digits = (x, n) => x.toFixed(Math.max(0, n - 1 - Math.floor(Math.log10(Math.max(x, 1e-30)))));
function seconds(s) {
  const [unit, of] = s >= 0.1 ? ['s', 1] : s >= 1e-4 ? ['ms', 1e3] : ['µs', 1e6];
  return s > 0 ? `${digits(s * of, 3)} ${unit}` : '0 s';
}
function scaled(n, base, units) {
  let k = 0;
  while (k + 1 < units.length && n >= base) { n /= base; k++; }
  return (k ? digits(n, 3) : String(Math.round(n))) + units[k];
}
const big = n => scaled(n, 1000, ['', ' k', ' M', ' G', ' T']);
const bytes = n => scaled(n, 1024, [' B', ' KiB', ' MiB', ' GiB', ' TiB']);
const percent = x => `${(100 * x).toFixed(0)} %`;
const times = x => x === null || !isFinite(x) ? '∞' : `${x.toFixed(x < 10 ? 2 : 1)}×`;
const short = (s, n) => s.length > n ? s.slice(0, n - 1) + '…' : s;

// ---- pieces of the document

function make(name, text, parent, className) {
  const e = document.createElement(name);
  if (text !== undefined) e.textContent = text;
  if (className) e.className = className;
  if (parent) parent.append(e);
  return e;
}

// heads: [name, class]; a cell is a text, or a function that fills it.
function table(t, heads, rows) {
  const head = t.createTHead().insertRow(), body = t.createTBody();
  for (const [name, kind] of heads) make('th', name, head, kind || '').scope = 'col';
  for (const row of rows) {
    const r = body.insertRow();
    row.forEach((v, k) => {
      const c = r.insertCell();
      c.className = heads[k][1] || '';
      if (typeof v === 'function') v(c); else c.textContent = v;
    });
  }
}

function fact(key, name, value, shown) {
  const e = make('div', undefined, $('facts'));
  make('dt', name, e);
  const v = make('dd', shown, e);
  v.dataset.key = key;
  v.dataset.value = value;
}

// ---- nodes: those that are called alike are told apart by their lines. Their colours are Okabe and Ito's, then the same in
// stripes.

const hues = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#b8a600', '#7a7f87'];
const nodes = d.nodes, place = new Map(nodes.map((n, k) => [n.id, k]));
const alike = new Map();
for (const n of nodes) alike.set(n.op, (alike.get(n.op) || 0) + 1);
const called = n => alike.get(n.op) > 1 && n.line ? `${n.op} :${n.line}` : n.op;
const busy = nodes.reduce((s, n) => s + n.busy_s, 0) || 1;

function stripes(colour, between, width) {
  const c = document.createElement('canvas'), g = c.getContext('2d');
  c.width = c.height = width;
  g.fillStyle = between;
  g.fillRect(0, 0, width, width);
  g.strokeStyle = colour;
  g.lineWidth = width / 2.6;
  g.beginPath();
  for (let k = -width; k <= 2 * width; k += width) { g.moveTo(k - 2, width + 2); g.lineTo(k + width + 2, -2); }
  g.stroke();
  return g.createPattern(c, 'repeat');
}
const inks = new Map();
function ink(k) {
  if (!inks.has(k)) inks.set(k, k < hues.length ? hues[k] : stripes(hues[k % hues.length], css('--card'), 6));
  return inks.get(k);
}

// ---- the head

const p = run.parallel_fraction;
const amdahl = n => 1 / ((1 - p) + p / n);
const hot = d.hotspot && nodes[place.get(d.hotspot.node)];

function heading() {
  document.title = `qbic: ${d.pipeline.file}`;
  $('title').textContent = d.pipeline.file;
  $('hash').textContent = `sha256 ${d.pipeline.sha256}`;
  if (d.status) return failure();
  $('verdict').textContent = `${run.wall_s.toFixed(2)} s on ${run.threads} thread${run.threads > 1 ? 's' : ''}, p = ${p.toFixed(2)}` +
    (hot ? `; ${called(hot)} is the hotspot (${percent(d.hotspot.share)})` : '') +
    `; 8 cores would give ${amdahl(8).toFixed(1)}×`;
}

function failure() {
  const box = $('errors');
  box.hidden = false;
  make('b', d.status === 130 ? 'The run was interrupted' : `The run failed with exit status ${d.status}`, box);
  for (const e of d.errors) {
    const at = e.file ? `${e.file}:${e.line}:${e.column}: ` : '';
    make('p', `${at}${e.message}${e.code ? ` [${e.code}]` : ''}${e.image ? ` (image ${e.image})` : ''}`, box);
  }
  $('verdict').textContent = `It took ${seconds(run.wall_s)}; no output was written.`;
}

// Of a run that failed before its first task there are no times to show.
function hideTimes() {
  if (nodes.length || !d.status) return;
  for (const id of ['nodes', 'amdahl', 'node_table', 'passes']) $(id).closest('section').hidden = true;
}

function facts() {
  fact('wall_s', 'wall', run.wall_s, seconds(run.wall_s));
  fact('cpu_s', 'processor time', run.cpu_s, seconds(run.cpu_s));
  fact('threads', 'threads', run.threads, run.threads);
  fact('serial_s', 'serial', run.serial_s, seconds(run.serial_s));
  fact('parallel_fraction', 'parallel part p', p, p.toFixed(3));
  fact('utilisation', 'utilisation', run.utilisation, percent(run.utilisation));
  fact('waiting_s', 'waiting', run.waiting_s, seconds(run.waiting_s));
  fact('voxels', 'voxels in', run.voxels, big(run.voxels));
  fact('bytes_read', `read, ${big(run.pages_read)} pages`, run.bytes_read, bytes(run.bytes_read));
  fact('bytes_written', 'written', run.bytes_written, bytes(run.bytes_written));
  fact('peak', 'peak memory', run.memory.peak, bytes(run.memory.peak));
  fact('predicted', 'predicted', run.memory.predicted, bytes(run.memory.predicted));
  fact('budget', 'memory budget', run.memory.budget, bytes(run.memory.budget));
}

// ---- tables

const whole = run.wall_s * run.threads || 1;

function nodeTable() {
  const share = (part, colour) => c => {
    const bar = make('span', undefined, c);
    bar.style.width = `${Math.max(0, Math.min(60, 60 * part))}px`;
    if (colour) bar.style.background = colour;
    c.append(percent(part));
  };
  const named = (n, k) => c => {
    const i = make('i', undefined, c);
    i.style.background = hues[k % hues.length];
    c.append(called(n));
  };
  const rows = nodes.map((n, k) => [named(n, k), n.line ? `${n.file.replace(/.*\//, '')}:${n.line}:${n.column}` : '',
    seconds(n.wall_s), seconds(n.busy_s), seconds(n.cpu_s), share(n.busy_s / whole), seconds(n.serial_s),
    percent(n.parallel_fraction), big(n.tasks), big(n.voxels), big(n.voxels_per_s), bytes(n.bytes)]);
  rows.push(['other', '', '', seconds(Math.max(0, run.other_s)), '', share(run.other_s / whole, 'var(--ideal)'), '', '', '', '', '', '']);
  table($('node_table'), [['node'], ['place', 'text'], ['wall'], ['busy'], ['processor'], ['share', 'share'], ['serial'],
    ['parallel'], ['tasks'], ['voxels'], ['voxels/s'], ['bytes']], rows);
}

const by = ' × ';
function inputTable() {
  const rows = d.inputs.map(i => [i.path, i.type || '', i.shape ? i.shape.join(by) : '',
    i.voxel_size_um ? `${i.voxel_size_um.join(by)} µm` : 'not known', i.pages ?? '', i.compression || '',
    i.bytes === null ? '' : bytes(i.bytes)]);
  table($('inputs'), [['file', 'wrap'], ['type', 'text'], ['shape', 'text'], ['voxel size', 'text'], ['pages'], ['compression', 'text'],
    ['size']], rows);
  $('inputs_card').hidden = !rows.length;
}

function otherTables() {
  table($('params'), [['name'], ['value', 'wrap'], ['from', 'text']], d.params.map(v => [v.name, v.value, v.from]));
  if (!d.params.length) $('params').parentElement.textContent = 'none';
  table($('passes'), [['pass'], ['nodes'], ['why', 'wrap']], d.passes.map(v => [v.name, v.changed, v.why || 'nothing to do']));
  if (!d.passes.length) $('passes').parentElement.textContent = 'nothing';
}

function scaleTable() {
  if (!scale) return;
  $('scale_card').hidden = false;
  table($('scale_table'), [['threads'], ['median'], ['speed-up'], ['efficiency'], ['Karp–Flatt'], ['predicted'], ['runs']],
    scale.rows.map(r => [r.threads, seconds(r.wall_s), times(r.speedup), percent(r.efficiency),
      r.karp_flatt === null ? '' : r.karp_flatt.toFixed(3), times(r.predicted), r.walls_s.length]));
  const fit = scale.amdahl, said = scale.predicted;
  $('fit').textContent = (fit.p === null ? '' : `Fitted p = ${fit.p.toFixed(3)} ± ${(fit.p_error ?? 0).toFixed(3)}. `) +
    `A run on one thread predicts p = ${said.p.toFixed(3)}: its speed-ups are off by ${percent(said.off)} at most; ` +
    (said.agrees ? 'they agree.' : 'they do not agree.');
}

// ---- what was written

// Images of few voxels are shown larger, voxel by voxel.
function picture(s, box) {
  const image = make('img', undefined, box);
  image.onload = () => {
    const zoom = Math.min(268 / image.naturalWidth, 300 / image.naturalHeight);
    if (zoom <= 1) return;
    image.style.width = `${Math.round(image.naturalWidth * zoom)}px`;
    image.className = zoom >= 2 ? 'tiny' : '';
  };
  image.src = `data:image/png;base64,${s.png}`;
  return image;
}

function outputs() {
  const box = $('outputs');
  for (const o of d.outputs) {
    const e = make('figure', undefined, box), small = (extra.pictures || []).find(s => s.path === o.path);
    const head = (extra.heads || []).find(h => h.path === o.path);
    if (small) picture(small, e).alt = `${o.kind} ${o.path}`;
    if (head) {
      const t = make('table', undefined, Object.assign(make('div', undefined, e, 'scroll'), { tabIndex: 0 }));
      table(t, head.table.columns.map(c => [c]), head.table.rows);
    }
    const caption = make('figcaption', undefined, e);
    make('b', o.path, caption);
    caption.append(` · ${o.kind}, ${bytes(o.bytes)}`);
    if (o.rows !== null) caption.append(`, ${o.rows} row${o.rows === 1 ? '' : 's'}`);
    if (small && small.slice >= 0) caption.append(`; slice ${small.slice}`);
  }
  if (!d.outputs.length) { box.className = 'empty soft'; box.textContent = d.status ? 'nothing: the run failed' : 'no files'; }
}

// ---- charts

const charts = [];
function chart(canvas, label, config) {
  Object.assign(Chart.defaults, { color: css('--soft'), borderColor: css('--line'), animation: false, maintainAspectRatio: false });
  Object.assign(Chart.defaults.plugins.legend.labels, { boxWidth: 18, boxHeight: 9, usePointStyle: true, padding: 14 });
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  canvas.setAttribute('aria-label', label);
  charts.push(new Chart(canvas, config));
}
const title = text => ({ display: true, text });

function nodeChart() {
  $('nodes_box').style.height = `${Math.max(220, 84 + 26 * (nodes.length + 1))}px`;
  const most = innerWidth < 600 ? 14 : 30, other = Math.max(0, run.other_s);
  const set = (label, data, backgroundColor) => ({ label, data, backgroundColor, maxBarThickness: 20, pointStyle: 'rect' });
  chart($('nodes'), `thread-seconds of ${nodes.length} nodes; the table of nodes has the numbers`, {
    type: 'bar',
    data: {
      labels: nodes.map(n => short(called(n), most)).concat('other'),
      datasets: [
        set('serial', nodes.map(n => n.serial_s).concat(0), stripes(css('--serial'), css('--card'), 7)),
        set('parallel', nodes.map(n => n.parallel_s).concat(0), css('--parallel')),
        set('outside tasks', nodes.map(() => 0).concat(other), css('--ideal'))],
    },
    options: {
      indexAxis: 'y',
      scales: { x: { stacked: true, title: title('thread-seconds') }, y: { stacked: true, ticks: { autoSkip: false } } },
      plugins: {
        legend: { labels: { boxWidth: 10 } },
        tooltip: { callbacks: { label: i => `${i.dataset.label}: ${seconds(i.parsed.x)}` } },
      },
    },
  });
}

function amdahlChart() {
  const at = Array.from({ length: 25 }, (_, k) => 2 ** (k / 4));
  const line = (label, data, colour, more) => ({ label, data, borderColor: colour, backgroundColor: colour, pointStyle: 'line', pointRadius: 0, borderWidth: 2, ...more });
  const sets = [line(`Amdahl, p = ${p.toFixed(3)}`, at.map(x => ({ x, y: amdahl(x) })), css('--parallel')),
    line('ideal', [{ x: 1, y: 1 }, { x: 64, y: 64 }], css('--ideal'), { borderDash: [5, 5], borderWidth: 1.5 })];
  if (scale) {
    const first = scale.rows[0].wall_s, q = scale.amdahl.p;
    sets.push(line('measured', scale.rows.map(r => ({ x: r.threads, y: r.speedup })), css('--serial'),
      { showLine: false, pointRadius: 6, pointStyle: 'rectRot' }));
    sets.push(line('single runs', scale.rows.flatMap(r => r.walls_s.map(w => ({ x: r.threads, y: first / w }))), css('--serial'),
      { showLine: false, pointRadius: 2, pointStyle: 'circle' }));
    if (q !== null && q >= 0 && q <= 1)
      sets.push(line(`fitted, p = ${q.toFixed(3)}`, at.map(x => ({ x, y: 1 / ((1 - q) + q / x) })), css('--serial'), { borderDash: [2, 3], borderWidth: 1.5 }));
  }
  const two = { type: 'logarithmic', ticks: { callback: v => v }, afterBuildTicks: a => { a.ticks = [1, 2, 4, 8, 16, 32, 64].map(value => ({ value })); } };
  const low = scale ? Math.min(1, ...scale.rows.flatMap(r => r.walls_s.map(w => 0.95 * scale.rows[0].wall_s / w))) : 1;
  chart($('amdahl'), `speed-up by Amdahl's law: ${[2, 4, 8, 16, 64].map(n => `${n} threads ${times(amdahl(n))}`).join(', ')}`, {
    type: 'line',
    data: { datasets: sets },
    options: {
      scales: { x: { ...two, min: 0.95, max: 64, title: title('threads') }, y: { ...two, min: low, max: 64, title: title('speed-up') } },
      plugins: { tooltip: { callbacks: { label: i => `${i.dataset.label}: ${times(i.parsed.y)} at ${digits(i.parsed.x, 2)}` } } },
    },
  });
  $('advice').textContent = (d.hotspot ? `${d.hotspot.advice}. ` : '') + `However many cores: ${times(d.amdahl[d.amdahl.length - 1].speedup)}.`;
}

function useChart() {
  if (!extra.threads) return;
  $('use_card').hidden = false;
  const parts = 200, step = run.wall_s / parts || 1, work = atWork(parts, step);
  const mib = n => n / (1 << 20), { budget, predicted, peak } = run.memory;
  const most = Math.max(peak, ...extra.memory.map(m => m[1])), shown = budget <= 4 * most;
  const line = (label, data, colour, more) => ({ label, data, borderColor: colour, pointStyle: 'line', pointRadius: 0, borderWidth: 1.5, ...more });
  const level = (label, v, colour) => line(label, [{ x: 0, y: mib(v) }, { x: run.wall_s, y: mib(v) }], colour, { borderDash: [5, 4], yAxisID: 'm' });
  const sets = [line('threads at work', Array.from(work, (w, i) => ({ x: (i + 0.5) * step, y: w })), css('--parallel'),
    { backgroundColor: css('--parallel') + '33', fill: true, yAxisID: 'y' }),
  line('memory', extra.memory.map(m => ({ x: m[0], y: mib(m[1]) })), css('--serial'), { borderWidth: 2, yAxisID: 'm' }),
  level('predicted', predicted, css('--ideal'))];
  if (shown) sets.push(level('budget', budget, css('--bad')));
  chart($('use'), `utilisation ${percent(run.utilisation)}, peak memory ${bytes(peak)} of ${bytes(budget)}`, {
    type: 'line',
    data: { datasets: sets },
    options: {
      scales: {
        x: { type: 'linear', min: 0, max: run.wall_s, title: title('seconds') },
        y: { min: 0, max: run.threads, title: title('threads'), ticks: { precision: 0 } },
        m: { position: 'right', min: 0, grid: { drawOnChartArea: false }, title: title('MiB') },
      },
    },
  });
  $('memory').textContent = `Peak ${bytes(peak)}, predicted ${bytes(predicted)}, budget ${bytes(budget)}` + (shown ? '.' : ', far above this chart.');
}

// Threads at work in each of the parts of the run.
function atWork(parts, step) {
  const work = new Float64Array(parts);
  for (const t of extra.threads) for (let k = 0; k < t.length; k += 7) {
    const a = t[k] * 1e-6, b = a + t[k + 1] * 1e-6;
    for (let i = Math.floor(a / step); i < parts && i * step < b; i++)
      work[i] += Math.max(0, Math.min(b, (i + 1) * step) - Math.max(a, i * step)) / step;
  }
  return work;
}

function sizeCharts() {
  const box = $('sizes');
  if (!(extra.sizes || []).length) return;
  $('sizes_card').hidden = false;
  box.textContent = '';
  for (const s of extra.sizes) {
    const e = make('figure', undefined, box), c = make('canvas', undefined, make('div', undefined, e, 'chart'));
    const text = v => v < 1e4 ? String(Math.round(v)) : big(v), edge = s.edges;
    const span = k => edge[k + 1] - edge[k] > 1 ? `${text(edge[k])} to ${text(edge[k + 1] - 1)}` : text(edge[k]);
    c.setAttribute('role', 'img');
    chart(c, `sizes of ${s.objects} objects, median ${text(s.median)} voxels`, {
      type: 'bar',
      data: {
        labels: s.counts.map((_, k) => text(edge[k])),
        datasets: [{ label: 'objects', data: s.counts, backgroundColor: css('--good'), barPercentage: 1, categoryPercentage: 0.94 }],
      },
      options: {
        plugins: { legend: { display: false }, tooltip: { callbacks: { title: i => `${span(i[0].dataIndex)} voxels` } } },
        scales: {
          x: { title: title('voxels, from this number on'), grid: { display: false } },
          y: { title: title('objects'), beginAtZero: true, ticks: { precision: 0 } },
        },
      },
    });
    make('figcaption', `${s.name}: ${s.objects} objects of ${text(s.smallest)} to ${text(s.largest)} voxels; ` +
      `median ${text(s.median)}, mean ${text(s.mean)}`, e, 'soft');
  }
}

// ---- the graph

function graph() {
  if (!extra.graph) return;
  $('graph_card').hidden = false;
  const svg = new DOMParser().parseFromString(extra.graph, 'image/svg+xml').documentElement;
  $('graph').append(document.importNode(svg, true));
  if (svg.viewBox.baseVal.height <= 1000) $('graph').firstChild.style.maxHeight = '460px';
  const share = new Map();
  for (const [step, node] of extra.step_node) {
    const n = nodes[place.get(step)];
    if (n) share.set(String(node), (share.get(String(node)) || 0) + n.busy_s / busy);
  }
  for (const g of $('graph').querySelectorAll('g.node')) {
    const name = g.querySelector('title'), id = name.textContent, shape = g.querySelector('path, polygon, ellipse');
    const s = share.get((/^n(\d+)$/.exec(id) || [])[1]);
    if (/^output/.test(id)) g.classList.add('output');
    if (/^dead/.test(id)) g.classList.add('dead');
    name.remove();
    if (s === undefined || !shape) continue;
    shape.style.fill = `rgb(var(--heat) / ${(0.08 + 0.6 * s).toFixed(3)})`;
    const box = g.getBBox(), t = document.createElementNS('http://www.w3.org/2000/svg', 'text');
    t.setAttribute('class', 'share');
    t.setAttribute('x', box.x + box.width + 3);
    t.setAttribute('y', box.y + 10);
    t.textContent = percent(s);
    if (s >= 0.005) g.append(t);
  }
}

// ---- all of it

function draw() {
  charts.splice(0).forEach(c => c.destroy());
  inks.clear();
  nodeChart();
  amdahlChart();
  useChart();
  sizeCharts();
  if (extra.threads) { legend(); repaint(); }
}
function onPaper(is) {
  if (is) document.documentElement.dataset.print = ''; else delete document.documentElement.dataset.print;
  draw();
}
