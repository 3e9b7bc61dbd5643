#!/usr/bin/env bash
# The timing report: the keys that others rely on, sums that add up, Amdahl's law, the table for people.
. "$(dirname "$0")/lib.sh"
qbic run "$SAMPLES/make_images.qbi" -q || fail 'samples/make_images.qbi'
expect 0 'hotspot' qbic run "$SAMPLES/count.qbi" cells3d.tif -t 2 --report t.json --report t.txt -o out -p level=70
hash=$(sha256sum "$SAMPLES/count.qbi" | cut -d ' ' -f 1)
python3 - "$hash" <<'END' || fail 'the report'
import json, math, os, sys
d = json.load(open('t.json'))
assert d['schema'] == 1
assert d['pipeline']['file'].endswith('count.qbi') and d['pipeline']['sha256'] == sys.argv[1]
assert {'name': 'level', 'value': '70', 'from': 'command line'} in [{k: p[k] for k in ('name', 'value', 'from')} for p in d['params']]
run = d['run']
for key in ('wall_s cpu_s threads serial_s parallel_s parallel_fraction utilisation other_s pages_read bytes_read '
            'bytes_written memory voxels').split():
    assert key in run, key
assert set('budget predicted peak'.split()) <= set(run['memory'])
assert run['memory']['peak'] <= run['memory']['predicted'] and run['recompute'] == 1, run
assert run['threads'] == 2 and run['pages_read'] == 24
for node in d['nodes']:
    for key in 'id op file line column wall_s busy_s cpu_s serial_s parallel_s tasks voxels bytes recompute'.split():
        assert key in node, key
busy = sum(n['busy_s'] for n in d['nodes']) + run['other_s']
assert abs(busy - run['wall_s'] * 2) <= 0.01 * run['wall_s'] * 2 + 1e-4, (busy, run['wall_s'])
p = run['parallel_fraction']
assert 0 <= p <= 1
for row in d['amdahl']:
    s = row['threads']
    s = math.inf if s in (None, 'inf', 'infinity') else s
    want = 1 / ((1 - p) + (p / s if s != math.inf else 0)) if p < 1 or s != math.inf else None
    assert want is None or row['speedup'] is None or abs(row['speedup'] - want) <= 0.01 * want, (row, want)
assert [r['threads'] for r in d['amdahl']][:7] == [1, 2, 4, 8, 16, 32, 64]
assert set('node share advice'.split()) <= set(d['hotspot'])
sizes = {o['path']: o for o in d['outputs']}
for name, kind in (('cells3d_count.csv', 'table'), ('cells3d_labels.png', 'labels')):
    row = next(o for path, o in sizes.items() if path.endswith(name))
    assert row['bytes'] == os.path.getsize('out/' + name) and row['kind'] == kind, row
assert run['bytes_written'] == sum(o['bytes'] for o in d['outputs']), run
assert all(set('name changed why'.split()) <= set(row) for row in d['passes']) and len(d['passes']) >= 3
END
# the hash, around the borders of its blocks of 64 bytes
for length in 28 54 55 56 57 63 64 65 118 119 120 128 1000; do
    printf 'save ones([2, 2]) to "a.npy"' >hash.qbi
    [ $length -gt 28 ] && printf '\n#%*s' $((length - 30)) '' >>hash.qbi
    qbic run hash.qbi -q --report h.json || fail "length $length"
    [ "$(json h.json "d['pipeline']['sha256']")" = "$(sha256sum hash.qbi | cut -d ' ' -f 1)" ] || fail "hash of $length bytes"
done
for word in median read label wall; do
    grep -q $word t.txt || fail "the table lacks '$word'"
done
expect 0 'median' qbic run "$SAMPLES/count.qbi" cells3d.tif -v -o out
expect 0 '' qbic run "$SAMPLES/count.qbi" cells3d.tif -q -o out
[ ! -s stderr.txt ] || fail "-q is not quiet: $(cat stderr.txt)"
[ ! -s stdout.txt ] || fail "something on standard output: $(cat stdout.txt)"
expect 1 '' qbic run "$SAMPLES/count.qbi" cells3d.tif -q -o out --report /proc/none/t.json
finish
