// Opens pages of reports in a browser, from files, and looks at them as a person would: no error, the numbers of the JSON
// reports, the timeline by keyboard, mouse and buttons, widths, themes, speed.
// node page.mjs LIBRARY CHROMIUM FOLDER: the folder holds what tests/cli/browser.sh made, and gets shots/*.png.
import { createRequire } from 'node:module';
import { mkdirSync, readFileSync } from 'node:fs';
import { strict as assert } from 'node:assert';

const [library, executablePath, folder] = process.argv.slice(2);
const { chromium } = createRequire(`${library}/`)('playwright-core');
const json = name => JSON.parse(readFileSync(`${folder}/${name}.json`, 'utf8'));
mkdirSync(`${folder}/shots`, { recursive: true });
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
const said = [];

async function open(name, width, colorScheme = 'light') {
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
  page.on('console', m => said.push(`${name}: ${m.type()}: ${m.text()}`));
  page.on('pageerror', e => said.push(`${name}: ${e.message}`));
  page.on('request', r => { if (!/^(file|data):/.test(r.url())) said.push(`${name} asks for ${r.url()}`); });
  const start = performance.now();
  await page.goto(`file://${folder}/${name}.html`);
  await painted(page);
  page.took = performance.now() - start;
  return page;
}
const painted = page => page.evaluate(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))));
const shot = (page, name) => page.screenshot({ path: `${folder}/shots/${name}.png`, fullPage: true });
const text = (page, id) => page.locator(`#${id}`).innerText();

// '5.27 ms' → 0.00527, '2.06 MiB' → bytes, '45 %' → 0.45
const units = { s: 1, ms: 1e-3, 'µs': 1e-6, '%': 0.01, k: 1e3, M: 1e6, G: 1e9, T: 1e12, B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 };
function number(shown) {
  const [, digits, unit] = /^(-?[\d.]+)(?: (\S+))?$/.exec(shown.trim()) || assert.fail(`not a number: '${shown}'`);
  assert(!unit || unit in units, `unit of '${shown}'`);
  return Number(digits) * (unit ? units[unit] : 1);
}
function near(shown, value, step) {
  const got = number(shown);
  assert(Math.abs(got - value) <= Math.max(0.006 * Math.abs(value), step ?? 0), `the page shows '${shown}', the report has ${value}`);
}

// ---- numbers

async function checkFacts(page, d) {
  const { memory, ...run } = d.run, wanted = { ...run, ...memory };
  const facts = await page.locator('#facts dd').evaluateAll(list => list.map(e => [e.dataset.key, Number(e.dataset.value), e.textContent]));
  assert(facts.length >= 12);
  for (const [key, value, shown] of facts) {
    assert.equal(value, wanted[key], key);
    near(shown, value, key === 'utilisation' ? 0.0051 : key === 'parallel_fraction' ? 0.00051 : 0);
  }
}

async function checkNodes(page, d) {
  const rows = await page.locator('#node_table tbody tr').evaluateAll(list => list.map(r => [...r.cells].map(c => c.textContent)));
  assert.equal(rows.length, d.nodes.length + 1);
  d.nodes.forEach((n, k) => {
    const [name, at, wall, busy, cpu, share, serial, parallel, tasks, voxels] = rows[k];
    assert(name.startsWith(n.op), name);
    assert(!n.line || at.endsWith(`:${n.line}:${n.column}`), at);
    near(wall, n.wall_s); near(busy, n.busy_s); near(cpu, n.cpu_s); near(serial, n.serial_s);
    near(share, n.busy_s / (d.run.wall_s * d.run.threads), 0.0051);
    near(parallel, n.parallel_fraction, 0.0051); near(tasks, n.tasks); near(voxels, n.voxels);
  });
  near(rows.at(-1)[3], d.run.other_s);
}

async function checkRest(page, d) {
  const verdict = await text(page, 'verdict');
  assert(verdict.includes(`${d.run.wall_s.toFixed(2)} s on ${d.run.threads} thread`), verdict);
  assert(verdict.includes(`p = ${d.run.parallel_fraction.toFixed(2)}`), verdict);
  assert(verdict.includes(`8 cores would give ${d.amdahl.find(a => a.threads === 8).speedup.toFixed(1)}×`), verdict);
  const curve = await page.evaluate(() => charts.find(c => c.canvas.id === 'amdahl').data.datasets[0].data);
  for (const a of d.amdahl.filter(row => row.threads !== 'inf'))
    assert(Math.abs(curve.find(q => Math.abs(q.x - a.threads) < 1e-9).y - a.speedup) < 1e-6, 'a point of the curve');
  const [input] = d.inputs, shown = await page.locator('#inputs tbody tr').first().locator('td').allInnerTexts();
  assert.deepEqual(shown.slice(0, 5), [input.path, input.type, input.shape.join(' × '), 'not known', String(input.pages)]);
  near(shown[6], input.bytes);
  assert.equal(await page.locator('#params tbody tr').count(), d.params.length);
  assert.equal(await page.locator('#passes tbody tr').count(), d.passes.length);
}

async function checkOutputs(page, d) {
  assert.equal(await page.locator('#outputs figure').count(), d.outputs.length);
  const images = await page.locator('#outputs img').evaluateAll(list => list.map(i => i.naturalWidth * i.naturalHeight));
  assert.equal(images.length, d.outputs.filter(o => o.kind !== 'table').length);
  assert(images.every(n => n > 0 && n <= 256 * 256), `sizes of the small pictures: ${images}`);
  for (const o of d.outputs.filter(x => x.kind === 'table')) {
    const head = page.locator('#outputs figure', { hasText: o.path }).locator('tbody tr');
    assert.equal(await head.count(), Math.min(5, o.rows));
  }
  const bars = await page.evaluate(() => charts.find(c => c.canvas.closest('#sizes')).data.datasets[0].data);
  assert.equal(bars.reduce((s, n) => s + n, 0), d.outputs.find(o => o.kind === 'table').rows);
  assert.equal(await page.locator('#graph g.dead path, #graph g.dead polygon').first().getAttribute('stroke-dasharray') !== null, true);
  assert(await page.locator('#graph text.share').count() > 0, 'no share beside a node');
}

// ---- the timeline

const span = page => page.evaluate(async () => {
  await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
  const { lo, hi } = document.getElementById('timeline').dataset;
  return [Number(lo), Number(hi)];
});

async function checkTimeline(page, d) {
  const all = d.run.wall_s * 1e6, length = ([lo, hi]) => hi - lo, close = (a, b) => Math.abs(a - b) <= 1e-6 * all;
  const c = page.locator('#timeline');
  assert(close(length(await span(page)), all), 'the whole run is shown first');
  await c.focus();
  await page.keyboard.press('+');
  assert(close(length(await span(page)), all / 2), '+ halves what is shown');
  const before = await span(page);
  await page.keyboard.press('ArrowRight');
  assert((await span(page))[0] > before[0], 'the right arrow key moves');
  await page.keyboard.press('0');
  assert(close(length(await span(page)), all), '0 shows all');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('n');
  const told = await text(page, 'what');
  assert(/^thread \d: /.test(told) && d.nodes.some(n => told.includes(n.op)), `a chosen task is told: '${told}'`);

  await c.scrollIntoViewIfNeeded();
  const box = await c.boundingBox(), at = box.x + box.width / 4, y = box.y + 35;
  await page.mouse.move(at, y);
  await page.mouse.wheel(0, -400);
  const zoomed = await span(page);
  assert(length(zoomed) < 0.9 * all, 'the wheel zooms');
  const under = zoomed[0] + length(zoomed) / 4;
  assert(Math.abs(under - all / 4) < 0.02 * all, 'what is under the mouse stays there');
  await page.mouse.down();
  await page.mouse.move(at - box.width / 5, y, { steps: 4 });
  await page.mouse.up();
  assert((await span(page))[0] > zoomed[0], 'dragging moves');
  await page.locator('#all').click();
  assert(close(length(await span(page)), all), 'the button shows all');
  await page.locator('#legend button').first().click();
  assert.equal(await page.locator('#legend button').first().getAttribute('aria-pressed'), 'true');
  assert.equal(await page.evaluate(() => document.activeElement.parentElement.id), 'legend');
}

const checkWidth = async page =>
  assert.equal(await page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - innerWidth)), 0, 'the page is wider than the window');

// ---- all of it

const real = json('real');
for (const width of [1280, 400]) {
  const page = await open('real', width);
  assert.deepEqual(await page.evaluate(() => d), real, 'the data of the page');
  await checkFacts(page, real);
  await checkNodes(page, real);
  await checkRest(page, real);
  await checkOutputs(page, real);
  await checkWidth(page);
  await shot(page, `real-${width}`);
  await checkTimeline(page, real);
  await page.close();
  const dark = await open('real', width, 'dark');
  await checkWidth(dark);
  await shot(dark, `real-${width}-dark`);
  await dark.close();
}

// On paper the page is light, whatever the screen is.
const paper = await open('real', 1280, 'dark');
const ground = () => paper.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue('--ink').trim());
const onScreen = await ground();
await paper.evaluate(() => dispatchEvent(new Event('beforeprint')));
assert.notEqual(await ground(), onScreen);
await paper.evaluate(() => dispatchEvent(new Event('afterprint')));
assert.equal(await ground(), onScreen);
await paper.close();

const failed = json('failed');
const broken = await open('failed', 1280);
const why = await text(broken, 'errors');
for (const part of [failed.errors[0].message, failed.errors[0].image, `:${failed.errors[0].line}:${failed.errors[0].column}:`, 'exit status 1'])
  assert(why.includes(part), `'${why}' lacks '${part}'`);
await checkWidth(broken);
await shot(broken, 'failed');
await broken.close();

const measured = json('scale');
const scales = await open('scale', 1280);
assert.equal(await scales.locator('#scale_table tbody tr').count(), measured.rows.length);
const points = await scales.evaluate(() => charts.find(c => c.canvas.id === 'amdahl').data.datasets.find(s => s.label === 'measured').data);
assert.deepEqual(points, measured.rows.map(r => ({ x: r.threads, y: r.speedup })));
await shot(scales, 'scale');
await scales.close();

const many = json('many'), tasks = many.nodes.reduce((s, n) => s + n.tasks, 0);
assert(tasks >= 100000, `only ${tasks} tasks`);
for (const width of [1280, 400]) {
  let best = Infinity, frame;
  for (let k = 0; k < 3; k++) {
    const page = await open('many', width);
    best = Math.min(best, page.took);
    if (k === 0) {
      assert.equal(await page.evaluate(() => extra.threads.reduce((s, t) => s + t.length / 7, 0) + extra.left_out), tasks);
      frame = await page.evaluate(() => {
        const took = [];
        for (let i = 0; i < 9; i++) { zoom(0.8); const t = performance.now(); paint(); took.push(performance.now() - t); }
        show(0, all);
        return took.sort((a, b) => a - b)[4];
      });
      await checkWidth(page);
      await checkTimeline(page, many);
      await shot(page, `many-${width}`);
    }
    await page.close();
  }
  console.log(`${tasks} tasks, ${width} pixels: opened in ${best.toFixed(0)} ms, a step of the zoom takes ${frame.toFixed(1)} ms`);
  assert(best < 2000, `the page of ${tasks} tasks took ${best.toFixed(0)} ms`);
  assert(frame < 100, `a step of the zoom took ${frame.toFixed(0)} ms`);
}

await browser.close();
assert.deepEqual(said, [], 'the browser has something to say');
