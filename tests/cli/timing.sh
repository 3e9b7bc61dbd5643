#!/usr/bin/env bash
# Where the time goes: reports fit the published schema, tasks of a trace lie in order and add up to the report, a run on one
# thread foresees what a second would do, the live line shows on a terminal alone.
. "$(dirname "$0")/lib.sh"
python=python3
$python -c 'import jsonschema' 2>/dev/null || python=/usr/bin/python3

qbic run "$SAMPLES/make_images.qbi" -q || fail 'samples/make_images.qbi'
cat >tables.qbi <<'END'
param input: path = "cells3d.tif"
v = read(input) |> median(3)
t = v > otsu(v) |> label |> count
save t to "t.csv"
save v to "v.tif"
print t
END
printf 'save zeros([1, 1]) to "dot.npy"' >dot.qbi
printf 'print 1 + 1' >number.qbi
for threads in 1 2 3; do
    qbic run tables.qbi cells3d.tif -q -t $threads --report r$threads.json --trace t$threads.json -o out >/dev/null ||
        fail "a run on $threads threads"
done
qbic run dot.qbi -q --report dot.json && qbic run number.qbi -q --report number.json >/dev/null || fail 'a small run'

$python - "$SOURCE/docs/report.schema.json" <<'END' || fail 'reports and their schema'
import copy, json, sys, jsonschema
schema = json.load(open(sys.argv[1]))
check = jsonschema.Draft7Validator(schema)
jsonschema.Draft7Validator.check_schema(schema)
def strict(name): # no NaN, no Infinity, no name twice
    def no(word):
        raise ValueError(word)
    def pairs(p):
        assert len(dict(p)) == len(p), p
        return dict(p)
    return json.load(open(name), parse_constant=no, object_pairs_hook=pairs)
reports = [strict(n + '.json') for n in 'r1 r2 r3 dot number'.split()]
for d in reports:
    check.validate(d)
    run = d['run']
    whole = run['wall_s'] * run['threads']
    assert abs(sum(n['busy_s'] for n in d['nodes']) + run['other_s'] - whole) <= 0.01 * whole
    assert len(d['threads']) == run['threads']
    assert abs(sum(t['busy_s'] for t in d['threads']) - sum(n['busy_s'] for n in d['nodes'])) < 1e-6
    assert sum(t['tasks'] for t in d['threads']) == sum(n['tasks'] for n in d['nodes'])
    for n in d['nodes']:
        assert n['serial_s'] <= n['busy_s'] + 1e-9 and abs(n['serial_s'] + n['parallel_s'] - n['busy_s']) < 1e-6, n
    assert run['serial_s'] + 1e-6 >= sum(n['serial_s'] for n in d['nodes'])
assert reports[4]['hotspot'] is None and reports[4]['nodes'] == []
bad = copy.deepcopy(reports[0])
bad['run']['wall_s'] = 'long'
assert not check.is_valid(bad)
bad = copy.deepcopy(reports[0])
bad['amdahl'][-1]['speedup'] = None # p = 1
check.validate(bad)
END

$python - <<'END' || fail 'traces'
import json
for threads in 1, 2, 3:
    d, report = json.load(open(f't{threads}.json')), json.load(open(f'r{threads}.json'))
    events = d['traceEvents']
    names = {e['tid']: e['args']['name'] for e in events if e['ph'] == 'M' and e['name'] == 'thread_name'}
    assert len(names) == threads + 1 and len(set(names.values())) == threads + 1, names
    tasks = [e for e in events if e['ph'] == 'X' and e['tid'] > 0]
    assert {e['ph'] for e in events} <= {'M', 'X', 'C'}
    assert d['otherData']['tasks_left_out'] == 0
    assert len(tasks) == sum(n['tasks'] for n in report['nodes'])
    for n in report['nodes']:
        mine = [e for e in tasks if e['args']['node'] == n['id']]
        assert len(mine) == n['tasks'] and {e['name'] for e in mine} == {n['op']}
        assert sum(e['args']['voxels'] for e in mine) == n['voxels'] and sum(e['args']['bytes'] for e in mine) == n['bytes']
        assert abs(1e-6 * sum(e['dur'] for e in mine) - n['busy_s']) <= 1e-8 * len(mine) + 1e-6
    for t in range(1, threads + 1):
        row = [(e['ts'], e['ts'] + e['dur']) for e in tasks if e['tid'] == t]
        assert all(a[1] <= b[0] + 0.002 for a, b in zip(row, row[1:])), 'tasks of one thread overlap'
        assert not row or row[-1][1] <= 1e6 * report['run']['wall_s'] + 1
END

# Half serial: a picture in one Deflate strip is unpacked by one thread, whatever is done with it after.
make_tiff strip.tif pages=1 shape=900x900 type=u8 rows=900 compress=deflate fill=noise
make_tiff strips.tif pages=1 shape=900x900 type=u8 rows=8 compress=deflate fill=noise
printf 'param input: path = "strip.tif"\nprint (read(input) |> gaussian(1.5) |> max)' >half.qbi
for threads in 1 2; do
    qbic run half.qbi strip.tif -q -t $threads --report whole$threads.json >/dev/null || fail 'one strip'
done
qbic run half.qbi strips.tif -q -t 1 --report parts.json >/dev/null || fail 'many strips'
python3 - <<'END' || fail 'serial time of reading'
import json
def read(name):
    return next(n for n in json.load(open(name))['nodes'] if n['op'] == 'read')
assert read('whole1.json')['tasks'] == 1 and read('whole1.json')['parallel_fraction'] == 0, read('whole1.json')
assert read('parts.json')['tasks'] >= 4 and read('parts.json')['parallel_fraction'] > 0.5, read('parts.json')
END

# The live line: on a terminal, gone at the end, and the first rows of the table; without a terminal nothing of it.
cat >terminal.py <<'END'
import os, pty, sys
pid, fd = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
seen = b''
while True:
    try:
        piece = os.read(fd, 65536)
    except OSError:
        break
    if not piece:
        break
    seen += piece
sys.stdout.buffer.write(seen)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
END
printf 'v = ones([60, 500, 500]) * 3 |> gaussian(6) |> gaussian(7)\nsave v > 1 |> label |> count to "long.csv"\n' >long.qbi
TERM=xterm python3 terminal.py "$QBIC" run long.qbi -t 1 --no-pass fold-constants >seen.txt || fail 'a run on a terminal'
grep -qE 'gaussian.* % .*Mvoxel/s .*MiB .* left' seen.txt || fail "no live line: $(cat -v seen.txt | head -c 400)"
tail -n 4 seen.txt | tr -d '\r' | grep -q 'wrote long.csv' || fail 'what was written comes last'
grep -qE '^label +voxels' seen.txt || fail "no first rows: $(cat -v seen.txt | tail -n 5)"
tail -n 1 seen.txt | grep -q hotspot || fail 'the verdict is the last line'
TERM=xterm NO_PROGRESS=1 python3 terminal.py "$QBIC" run long.qbi -t 1 >seen.txt
! grep -q 'Mvoxel/s' seen.txt || fail 'NO_PROGRESS'
TERM=xterm python3 terminal.py "$QBIC" run long.qbi -t 1 -q >seen.txt
[ ! -s seen.txt ] || fail '-q is not quiet on a terminal'
expect 0 hotspot qbic run long.qbi
! grep -qE 'Mvoxel/s|size' stderr.txt || fail 'a live line, but no terminal'

# The page: one file, its data what the report says; texts cannot break out of it.
printf 'param x: string = "</script><b>"\nsave ones([3, 4, 5]) > 0 |> label |> count to "<b.csv"\n' >odd.qbi
qbic run odd.qbi -q -o out --report page.html --report page.json || fail 'the page of a run'
qbic run tables.qbi cells3d.tif -q -o out --report big.html --report big.json >/dev/null || fail 'the page of a run'
qbic scale dot.qbi --max 2 --repeat 1 --json >scale.json || fail 'scale'
qbic report page.json scale.json -o later.html || fail 'a page of an earlier run'
python3 - <<'END' || fail 'pages'
import base64, html.parser, json
class Page(html.parser.HTMLParser):
    def __init__(self, name):
        super().__init__()
        self.scripts, self.tags, self.inside = {}, [], None
        self.feed(open(name).read())
        self.close()
    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        attrs = dict(attrs)
        assert 'src' not in attrs and 'href' not in attrs, attrs
        self.inside = attrs.get('id') if tag == 'script' else None
    def handle_data(self, data):
        if self.inside:
            self.scripts[self.inside] = self.scripts.get(self.inside, '') + data
for name, report in ('page.html', 'page.json'), ('big.html', 'big.json'), ('later.html', 'page.json'):
    page = Page(name)
    assert 'b' not in page.tags[page.tags.index('h1'):] and page.tags.count('script') == 5, page.tags
    data = {k: json.loads(v) for k, v in page.scripts.items()}
    assert data['report'] == json.load(open(report)), name
    if name == 'later.html':
        assert data['extra'] == {} and data['scale']['rows'][0]['threads'] == 1
        continue
    tasks = data['extra']['threads']
    assert sum(len(t) for t in tasks) == 7 * sum(n['tasks'] for n in data['report']['nodes'])
    assert data['extra']['graph'].rstrip().endswith('</svg>') and data['scale'] is None
    assert data['extra']['memory'] or name == 'page.html'
    heads = data['extra']['heads']
    assert len(heads) == 1 and heads[0]['table']['columns'] == ['label', 'voxels'] and heads[0]['table']['rows'][0][0] == '1'
    sizes = data['extra']['sizes'][0]
    table = next(o for o in data['report']['outputs'] if o['kind'] == 'table')
    assert sum(sizes['counts']) == sizes['objects'] == table['rows'] and len(sizes['edges']) == len(sizes['counts']) + 1
    assert sizes['edges'][0] == sizes['smallest'] <= sizes['median'] <= sizes['largest'] < sizes['edges'][-1]
    assert all(a < b for a, b in zip(sizes['edges'], sizes['edges'][1:])), sizes
    pictures = {s['path']: base64.b64decode(s['png'], validate=True) for s in data['extra']['pictures']}
    assert set(pictures) == {o['path'] for o in data['report']['outputs'] if o['kind'] != 'table'}
    assert all(s.startswith(b'\x89PNG') and s.endswith(b'IEND\xaeB\x60\x82') for s in pictures.values())
END
expect 1 'not the JSON report' qbic report scale.json -o x.html
expect 1 'not the JSON report' qbic report dot.qbi -o x.html
expect 1 'cannot open' qbic report none.json -o x.html
expect 2 'FILE.html' qbic report page.json
[ ! -e x.html ] || fail 'a page of nothing'

# A trace that cannot be written
expect 1 'cannot' qbic run dot.qbi -q --trace /proc/none/t.json
finish
