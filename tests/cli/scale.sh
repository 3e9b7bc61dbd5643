#!/usr/bin/env bash
# qbic scale: its numbers are what the formulas give, nothing is left behind, what is wrong is said once.
. "$(dirname "$0")/lib.sh"
qbic run "$SAMPLES/make_images.qbi" -q || fail 'samples/make_images.qbi'
mkdir tmp here
export TMPDIR=$PWD/tmp
cd here || exit 1
printf 'param input: path = "x.tif"\nparam r: number = 3\nsave read(input) |> median(r) to "m.tif"\nprint 7\n' >m.qbi
expect 0 '' qbic scale m.qbi ../cells3d.tif --max 3 --repeat 3 --json -p r=5
[ ! -s stderr.txt ] || fail "said: $(cat stderr.txt)"
python3 - <<'END' || fail 'the numbers'
import json, math, statistics
d = json.load(open('stdout.txt'))
rows = d['rows']
assert d['schema'] == 1 and d['repeat'] == 3 and [r['threads'] for r in rows] == [1, 2, 3], d
close = lambda a, b: abs(a - b) <= 1e-6 * max(1, abs(b))
points = []
for r in rows:
    n = r['threads']
    assert len(r['walls_s']) == 3 and close(r['wall_s'], statistics.median(r['walls_s']))
    assert close(r['speedup'], rows[0]['wall_s'] / r['wall_s']) and close(r['efficiency'], r['speedup'] / n)
    assert r['karp_flatt'] is None if n == 1 else close(r['karp_flatt'], (1 / r['speedup'] - 1 / n) / (1 - 1 / n))
    p = d['predicted']['p']
    assert close(r['predicted'], 1 / (1 - p + p / n))
    points += [(1 / n, w) for w in r['walls_s']]
assert close(d['predicted']['off'], max(abs(r['predicted'] / r['speedup'] - 1) for r in rows))
assert d['predicted']['agrees'] == (d['predicted']['off'] < 0.1) and 0 < d['predicted']['p'] <= 1
mx, my = (statistics.mean(v) for v in zip(*points))
b = sum((x - mx) * (y - my) for x, y in points) / sum((x - mx) ** 2 for x, _ in points)
a = my - b * mx
assert abs(d['amdahl']['p'] - b / (a + b)) < 1e-4 and d['amdahl']['p_error'] > 0, (d['amdahl'], a, b)
END
expect 0 '' qbic scale m.qbi ../cells3d.tif --max 2 --repeat 1
grep -q 'Karp-Flatt' stdout.txt && grep -q "Amdahl's p, fitted" stdout.txt || fail "the table: $(cat stdout.txt)"
expect 0 '' qbic scale m.qbi ../cells3d.tif --max 1 --repeat 2 --json
[ "$(json stdout.txt "d['amdahl']['p']")" = None ] || fail 'a p from one number of threads'
expect 1 'none.tif' qbic scale m.qbi none.tif --max 2
[ "$(grep -c 'none.tif' stderr.txt)" -le 2 ] || fail 'an error said again and again'
expect 2 'expects a pipeline' qbic scale
expect 2 '' qbic scale m.qbi ../cells3d.tif -p nothing=1
expect 2 'whole number' qbic scale m.qbi --repeat 0
is_empty "$TMPDIR"
rm -f stdout.txt stderr.txt
[ "$(ls)" = m.qbi ] || fail "outputs were left: $(ls)"

# Interrupted in the middle
"$QBIC" scale m.qbi ../cells3d.tif --repeat 1000 </dev/null >/dev/null 2>&1 &
sleep 1
kill -INT $! 2>/dev/null
wait $!
[ $? -eq 130 ] || fail 'the status of an interrupted scale'
is_empty "$TMPDIR"
finish
