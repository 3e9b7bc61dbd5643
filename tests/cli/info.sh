#!/usr/bin/env bash
# qbic info: what a header says and what the voxels say, against counting by hand; JSON; the preview, in less memory than the image.
. "$(dirname "$0")/lib.sh"
export PYTHONPATH=$SOURCE/tests/tools PYTHONDONTWRITEBYTECODE=1
make_tiff a.tif pages=1 shape=40x60 type=u8 fill=noise:3 compress=deflate
make_tiff b.tif pages=7 shape=20x30 type=u16 fill=ramp voxel=2,0.5,0.5 rows=4 compress=deflate
make_tiff c.tif pages=1 shape=30x30 type=f32 fill=nan
make_tiff d.tif pages=1 shape=9x9 type=f64 fill=const:2.5
make_tiff e.tif pages=1 shape=12x16 type=i16 fill=noise:5
make_tiff f.tif pages=1 shape=12x16 type=u32 fill=noise:6

# ---- numbers
for image in a b c d e f; do
    expect 0 '' qbic info $image.tif --json
    cp stdout.txt $image.json
    echo "v = read(\"$image.tif\")
save v to \"$image.npy\"" >$image.qbi
    expect 0 '' qbic run $image.qbi -q
    python3 - $image >check.txt 2>&1 <<'END' || fail "info $image.tif: $(tail -n 2 check.txt)"
import ast, json, math, struct, sys
name = sys.argv[1]
d = json.load(open(name + '.json'))
raw = open(name + '.npy', 'rb').read()
head = ast.literal_eval(raw[10:10 + struct.unpack('<H', raw[8:10])[0]].decode())
code = {'|u1': 'B', '<u2': 'H', '<i2': 'h', '<u4': 'I', '<f4': 'f', '<f8': 'd'}[head['descr']]
n = math.prod(head['shape'])
v = struct.unpack('<%d%s' % (n, code), raw[-n * struct.calcsize(code):])
assert d['path'] == name + '.tif' and tuple(d['shape']) == head['shape'] and d['voxels'] == n
finite = [x for x in v if math.isfinite(x)]
assert d['not_finite'] == n - len(finite)
if len(finite) == n:
    assert d['min'] == min(v) and d['max'] == max(v)
    assert abs(d['mean'] - math.fsum(v) / n) <= 1e-12 * max(map(abs, v))
else:
    assert d['min'] is None and d['max'] is None and d['mean'] is None
edges, counts = d['histogram']['edges'], d['histogram']['counts']
assert len(edges) == len(counts) + 1 and len(counts) <= 16 and sum(counts) == len(finite)
for k, c in enumerate(counts):
    last = k == len(counts) - 1
    slack = 1e-9 * (edges[-1] - edges[0])
    near = sum(min(abs(x - edges[k]), abs(x - edges[k + 1])) <= slack for x in finite) if code in 'fdI' else 0
    inside = sum(edges[k] <= x and (x < edges[k + 1] or (last and x <= edges[k + 1])) for x in finite)
    assert abs(inside - c) <= near, (k, inside, c)
END
done
[ "$(json b.json 'd["voxel_size_um"], d["pages"], d["rows_decoded"], d["cheap_regions"], d["compression"]')" = \
    "([2, 0.5, 0.5], 7, 4, True, 'deflate')" ] || fail "the header of b.tif: $(cat b.json)"
[ "$(json a.json 'd["voxel_size_um"]')" = None ] || fail 'a voxel size from nothing'

# ---- for people
expect 0 '' qbic info a.tif b.tif
for line in '^a\.tif$' '^b\.tif$' 'range +[0-9]+ to [0-9]+' 'mean +[0-9.]+' 'histogram +.*█' 'regions +cheap: 4 rows' \
    'voxel size +2 × 0\.5 × 0\.5 um'; do
    grep -qE "$line" stdout.txt || fail "info lacks /$line/: $(cat stdout.txt)"
done
expect 0 '' qbic info c.tif
grep -qE 'not finite +[0-9]+ voxels' stdout.txt || fail "voxels that are no numbers: $(cat stdout.txt)"
expect 0 '' qbic info --header a.tif
! grep -qE 'range|histogram' stdout.txt || fail 'voxels were read for the header'
expect 1 'none.tif' qbic info none.tif a.tif
grep -q 'a.tif' stdout.txt || fail 'info stops at the first error'

# ---- the preview
expect 0 '' qbic info a.tif --png a.png
expect 0 '' qbic info b.tif --png new/b.png
make_tiff large.tif pages=1 shape=1300x2500 type=u8 fill=ramp
expect 0 '' qbic info large.tif --png large.png
python3 - >check.txt 2>&1 <<'END' || fail "previews: $(tail -n 2 check.txt)"
from png import Png
a, b, c = Png('a.png'), Png('new/b.png'), Png('large.png')
assert (a.height, a.width) == (40, 60) and (b.height, b.width) == (60, 90), (b.height, b.width)
raw = open('a.npy', 'rb').read()[-2400:]
assert bytes(v for row in a.pixel for v in row) == raw
assert (c.height, c.width) == (434, 834), (c.height, c.width)
END
expect 2 '.png' qbic info a.tif --png a.jpg
expect 2 'one image' qbic info a.tif b.tif --png a.png
expect 1 '' qbic info none.tif --png none.png
[ ! -e none.png ] || fail 'a preview of nothing'
cp a.tif kept.tif
expect 2 '' qbic info kept.tif --png kept.tif
same a.tif kept.tif

# ---- an image larger than the memory
sanitized && finish
echo 'save full([100, 1000, 1000], 3, type=u8) to "big.tif"' >big.qbi
expect 0 '' qbic run big.qbi -q
expect 0 '' qbic info big.tif --png big.png --json -m 24M -t 2
[ "$(json stdout.txt 'd["min"], d["max"], d["mean"], d["histogram"]["counts"]')" = '(3, 3, 3, [100000000])' ] ||
    fail "a large image: $(cat stdout.txt)"
finish
