#!/usr/bin/env bash
# The benchmarks run, on images of a moment, and what they write can be compared: a made-up regression is found. No time is
# looked at: this machine may be busy.
. "$(dirname "$0")/lib.sh"
BUILD=$(dirname "$QBIC")
export BUILD SHARED=$WORK/none PEERS=$WORK/peers
[ -x "$BUILD/bench_kernels" ] || skip 'no bench_kernels'
bench=$SOURCE/bench

expect 0 '' "$bench/run" --small --rounds 2 --json a.json w1_bone w1_2d_u8 w2 plan_500 'median2d_[35]_u8' label2d_8 \
    pointwise 'tiff*'
same <(json a.json "sorted([*d['workloads'], *d['kernels']])") <(echo "['label2d_8', 'median2d_3_u8', 'median2d_5_u8'," \
    "'plan_500', 'pointwise', 'tiff_deflate', 'tiff_raw', 'w1_2d_u8', 'w1_bone', 'w2']")
[ "$(json a.json "all(len(r['wall_s']) == 2 and min(r['wall_s']) > 0 for r in [*d['workloads'].values(), *d['kernels'].values()])")" = True ] ||
    fail 'a row lacks a round'
[ "$(json a.json "all(d[k] for k in ('date', 'commit', 'compiler', 'build', 'flags', 'cpu', 'threads', 'variant', 'roof'))")" = True ] ||
    fail 'a result does not say where it was made'
[ "$(json a.json "d['kernels']['median2d_3_u8']['bound_rate'] > 0 and d['kernels']['pointwise']['beside_rate'] > 0")" = True ] ||
    fail 'a kernel has nothing beside it'

# change FROM TO factor: the same result, every round a second, but for one row
change() {
    python3 - "$@" <<'END'
import json, sys
d = json.load(open(sys.argv[1]))
for part in ('workloads', 'kernels'):
    for name, row in d[part].items():
        s = float(sys.argv[3]) if name == 'median2d_3_u8' else 1.0
        row.update(wall_s=[s, s], median_s=s)
json.dump(d, open(sys.argv[2], 'w'))
END
}
change a.json old.json 1
change a.json slow.json 1.2
change a.json near.json 1.04
expect 0 '' "$bench/compare" old.json old.json
expect 0 '' "$bench/compare" old.json near.json
expect 1 '' "$bench/compare" old.json slow.json
grep -qE '^median2d_3_u8 .*SLOWER' stdout.txt || fail 'the slower row is not named'
grep -q '^1 of 10 rows are slower' stdout.txt || fail 'other rows are slower too'
expect 0 '' "$bench/compare" slow.json old.json
grep -qE '^median2d_3_u8 .*faster' stdout.txt || fail 'the faster row is not named'
expect 0 '' "$bench/compare" old.json slow.json --band 0.5
expect 2 "cannot read 'none.json'" "$bench/compare" none.json old.json
expect 2 'is not a result' "$bench/compare" <(echo '{}') old.json
sed 's/"threads": 2/"threads": 3/' old.json >three.json
expect 2 "'threads' is 2" "$bench/compare" old.json three.json
expect 2 'nothing is named' "$bench/run" nothing

cp "$SOURCE/docs/performance.md" page.md
expect 0 '' "$bench/table" slow.json --write page.md
grep -q '^| median2d_3_u8: ' page.md || fail 'the row is not in the page'
cp page.md again.md
expect 0 '' "$bench/table" slow.json --write again.md
same page.md again.md

# peers: a folder whose program says what it took
mkdir -p none peers/data theirs
make_tiff peers/data/bone.tif pages=8 shape=40x48 type=u8 fill=noise
cat >theirs/peers <<'END'
[ "$1" = K ] || { echo "W1 bone ITK 2T: 3.00 s wall, 5.00+1.00 s CPU, 1000 KB peak" >&2; exit 0; }
[ "$2" != py ] || echo 'K,OpenCV,median2d_3_u8,1,4000000,0.001000,0.002000'
END
expect 0 '' "$bench/peers" theirs --rounds 1 --json p.json w1_bone
[ "$(json p.json "d['workloads']['w1_bone']['peers']['itk']['median_s']")" = 3.0 ] || fail 'the seconds of a peer'
grep -qE ' itk .* × \(aim 100\)' stdout.txt || fail 'no ratio'
expect 2 "no program 'peers'" "$bench/peers" none w1_bone
finish
