#!/usr/bin/env bash
# A run that fails says in its reports what failed and where, before it began or in the middle; one that is killed leaves a
# report that is whole, or none, and an earlier one as it was.
. "$(dirname "$0")/lib.sh"
python=python3
$python -c 'import jsonschema' 2>/dev/null || python=/usr/bin/python3
qbic run "$SAMPLES/make_images.qbi" -q || fail 'samples/make_images.qbi'
cat >p.qbi <<'END'
param input: path = "none.tif"
v = read(input)
save median(v, 3) > 60 |> label |> count to "t.csv"
save v to "v.tif"
END
printf 'save 3 +' >wrong.qbi

# Some bytes in the middle of the compressed data: the headers are right, the decoder is not content.
make_tiff good.tif pages=6 shape=80x90 type=u16 rows=20 compress=deflate fill=noise
$python - <<'END'
data = bytearray(open('good.tif', 'rb').read())
middle = len(data) // 2
data[middle:middle + 40] = bytes(40)
open('bad.tif', 'wb').write(data)
END
failed() { # status name arguments…
    local status=$1 name=$2
    shift 2
    rm -rf out
    expect "$status" '' qbic run -o out "$@" --report "$name.json" --report "$name.txt" --report "$name.html"
    is_empty out
}
failed 1 absent p.qbi none.tif
failed 1 decode p.qbi bad.tif -t 2
failed 1 memory p.qbi cells3d.tif -m 1M
failed 2 syntax wrong.qbi
failed 2 value p.qbi cells3d.tif -p nothing=3
failed 1 gone gone.qbi
failed 1 write p.qbi cells3d.tif -o /proc/none

$python - "$SOURCE/docs/report.schema.json" <<'END' || fail 'what the reports say'
import json, sys, jsonschema
check = jsonschema.Draft7Validator(json.load(open(sys.argv[1])))
names = 'absent decode memory syntax value gone write'.split()
d = {n: json.load(open(n + '.json')) for n in names}
for n, report in d.items():
    check.validate(report)
    assert report['status'] == (2 if n in ('syntax', 'value') else 1), n
    assert len(report['errors']) >= 1 and report['outputs'] == [] and report['run']['bytes_written'] == 0, n
    text, page = open(n + '.txt').read(), open(n + '.html').read()
    e = report['errors'][0]
    assert text.startswith(f'failed with exit status {report["status"]}\n') and e['message'] in text, text
    if e['line']:
        assert f'{e["file"]}:{e["line"]}:{e["column"]}: ' in text, text
    assert page.rstrip().endswith('</html>') and f'"status": {report["status"]},' in page, n
first = {n: r['errors'][0] for n, r in d.items()}
assert (first['absent']['line'], first['absent']['image']) == (2, 'none.tif') and 'none.tif' in first['absent']['message']
decode = first['decode']
assert (decode['line'], decode['column'], decode['image']) == (2, 5, 'bad.tif'), decode
assert decode['node'] is not None and d['decode']['inputs'][0]['shape'] == [6, 80, 90]
assert '-m' in first['memory']['message'] and first['memory']['line'] == 0
assert (first['syntax']['line'], first['syntax']['column']) == (1, 9) and first['syntax']['code'].startswith('QB01')
assert 'nothing' in first['value']['message']
assert d['gone']['pipeline']['file'] == 'gone.qbi' and 'cannot be opened' in first['gone']['message']
assert first['write']['message'].startswith('cannot write'), first['write']
END

# Interrupted: a report that says so.
printf 'image = noise([400, 512, 512], seed=1)\nsave median(gaussian(image, 4), 5) to "out.npy"\n' >long.qbi
rm -rf out
"$QBIC" run long.qbi -q -o out --report int.json --report int.html </dev/null 2>/dev/null &
sleep 0.7
kill -INT $!
wait $!
[ $? -eq 130 ] || fail 'the status of an interrupted run'
[ "$(json int.json "d['status'], d['errors'][0]['message'], d['outputs']")" = "(130, 'interrupted', [])" ] || fail "$(cat int.json)"
is_empty out

# Killed at any moment: what has the name of a report is whole, and of this run or as it was.
cat >many.qbi <<'END'
v = noise([200, 64, 64], seed=1)
save median(v, 3) > 0.5 |> label |> count to "many.csv"
save gaussian(v, 1) to "many.tif"
END
cat >whole.py <<'END'
import json, os
d = json.load(open('k.json'))
assert d == {'kept': 1} or (d['status'] == 0 and len(d['outputs']) == 2), d
if os.path.exists('k.html'):
    assert open('k.html').read().rstrip().endswith('</html>')
if os.path.exists('k.trace.json'):
    json.load(open('k.trace.json'))
END
run_many() {
    exec "$QBIC" run many.qbi -q -t 2 --chunk 1,2 -o out --report k.json --report k.html --trace k.trace.json </dev/null
}
start=$(date +%s%N)
(run_many) || fail 'a run of many tasks'
took=$((($(date +%s%N) - start) / 1000000))
for round in $(seq 24); do
    rm -f k.html k.trace.json
    echo '{"kept": 1}' >k.json
    run_many 2>/dev/null &
    sleep "$(awk -v took="$took" -v seed="$round$$" 'BEGIN { srand(seed); printf "%.3f", rand() * took * 1.2 / 1000 }')"
    { kill -KILL $! && wait $!; } 2>/dev/null
    wait
    python3 whole.py || fail "a half report after a kill, round $round"
done
finish
