#!/usr/bin/env bash
# What can be said of a pipeline without running it: errors and notes, the plan, the graph.
. "$(dirname "$0")/lib.sh"
qbic run "$SAMPLES/make_images.qbi" -q || fail 'samples/make_images.qbi'

expect 0 "'tomato' is not needed by any output" qbic check "$SAMPLES/count.qbi"
expect 0 'no errors' qbic check "$SAMPLES/foam.qbi"
rm -rf empty && mkdir empty && cd empty || exit 1
expect 0 'cells.tif' qbic check "$SAMPLES/count.qbi"
cd .. || exit 1
printf 'image = read("cells.tif")\nsmooth = image |> medain(5)\nsave smooth to "a.tif"\n' >typo.qbi
expect 2 "^typo.qbi:2:19: error: unknown operator 'medain'" qbic check typo.qbi
grep -qE "^ +\| +\^~~~~~ did you mean 'median'\?" stderr.txt || fail "no caret or suggestion: $(cat stderr.txt)"
expect 2 '' qbic check typo.qbi --json
python3 - <<'END' || fail 'check --json'
import json
rows = [json.loads(line) for line in open('stdout.txt')]
assert any(r['line'] == 2 and r['column'] == 19 and 'medain' in r['message'] for r in rows), rows
END
printf 'a = b\nb = a\nsave a to "a.csv"\n' >cycle.qbi
expect 2 'a → b → a' qbic check cycle.qbi
printf 'a = 1\n' >none.qbi
expect 2 'output' qbic check none.qbi
expect 2 '' qbic run typo.qbi
expect 1 'none.tif' qbic run "$SAMPLES/count.qbi" none.tif
expect 1 'none.tif' qbic plan "$SAMPLES/count.qbi" none.tif
expect 0 'none.tif' qbic check "$SAMPLES/count.qbi" none.tif

expect 0 '' qbic plan "$SAMPLES/count.qbi" cells3d.tif -m 300M -t 2
for word in '24×96×128' u8 label count pass predicted; do
    grep -qi "$word" stdout.txt || fail "the plan lacks '$word'"
done
! grep -q gaussian stdout.txt || fail 'the plan holds a dead node'
grep -q '^recomputation: 1.0, ' stdout.txt || fail "no recomputation factor: $(tail -n 5 stdout.txt)"
printf 'image = read("cells3d.tif")\nsave image > otsu(image) to "a.tif"\n' >again.qbi
expect 0 '' qbic plan again.qbi -t 2
grep -qE '^recomputation: 1.50, read in 2 passes: cheaper' stdout.txt || fail "the image is read twice: $(tail -n 5 stdout.txt)"
grep -qE '^memory: [0-9.]+ MiB predicted at its peak' stdout.txt || fail 'no predicted peak'
ls ./*.csv ./*.png 2>/dev/null && fail 'check, plan or graph wrote something'

expect 0 '' qbic graph "$SAMPLES/count.qbi"
grep -q '^digraph' stdout.txt && grep -q dashed stdout.txt || fail 'the graph as dot'
if command -v dot >/dev/null; then
    expect 0 '' qbic graph "$SAMPLES/count.qbi" -o g.svg
    grep -q '</svg>' g.svg || fail 'the graph as SVG'
    expect 0 '' qbic graph "$SAMPLES/count.qbi" -o g.png
    [ "$(head -c 4 g.png | tail -c 3)" = PNG ] || fail 'the graph as PNG'
fi
mkdir bin
expect 1 'Graphviz' env PATH="$WORK/bin" "$QBIC" graph "$SAMPLES/count.qbi" -o none.svg
[ ! -e none.svg ] || fail 'a file without content'
expect 0 '' qbic info cells3d.tif
grep -q '24×96×128' stdout.txt || fail 'info'
expect 1 'none.tif' qbic info none.tif cells.tif
grep -q 'cells.tif' stdout.txt || fail 'info stops at the first error'
# who looks at one slice far on waits for it, and holds nothing up: no window grows with the volume
cat >far.qbi <<'END'
f = foam([8192, 4096, 4096])
save median(f, 5)[4000] to "a.tif"
save f[8000] to "b.tif"
print sum(f > 60)
END
expect 0 '' qbic plan far.qbi -m 1G
cat >near.qbi <<'END'
f = foam([60, 40, 50])
save median(f, 5)[40] to "far_a.npy"
save f[50] to "far_b.npy"
print sum(f > 60)
END
expect 0 '' qbic run near.qbi -q
mv far_a.npy a.npy
mv far_b.npy b.npy
expect 0 '' qbic run near.qbi -q --no-pass push-slices -t 1
same a.npy far_a.npy
same b.npy far_b.npy
# how the medians are found is said, and those that sort blocks have tasks that are worth it
cat >medians.qbi <<'END'
p = as(noise([600, 800]), f32)
v = as(noise([40, 200, 300]), u16)
print max(median(p, 5)), max(median(p, 15)), max(median(v, 9)), max(rank(v, 3, 2))
END
expect 0 '' qbic plan medians.qbi -t 2
[ "$(grep -c 'ns a voxel by sorted blocks' stdout.txt)" = 2 ] || fail "not two medians by sorted blocks: $(cat stdout.txt)"
grep -q 'ns a voxel by a sorting network' stdout.txt || fail 'no sorting network'
grep -q 'ns a voxel by bisection' stdout.txt || fail 'no bisection'
sed -nE 's/.*tasks of ([0-9]+) × ([0-9]+) rows.* by sorted blocks.*/\1 \2/p' stdout.txt >tasks.txt
while read -r indices rows; do
    [ $((indices * rows)) -ge 32 ] || fail "tasks of $indices × $rows rows sort too few voxels"
done <tasks.txt
[ "$(wc -l <tasks.txt)" = 2 ] || fail "tasks of sorted blocks: $(cat tasks.txt)"
echo 'print max(median(as(noise([600, 800]), f32), 15))' >median.qbi
expect 0 '' qbic plan median.qbi -t 16
sed -nE 's/.*tasks of ([0-9]+) × 1 rows.* by sorted blocks.*/\1/p' stdout.txt >tasks.txt
[ "$(cat tasks.txt)" -ge 16 ] || fail "of 16 threads each sorts the rows of little more than a window: $(cat tasks.txt)"
# what nobody needs has a place while it is written: two quanta in flight never share one
qbic run "$SAMPLES/make_images.qbi" -q
expect 0 '' qbic plan "$SAMPLES/slice_after.qbi" --no-pass push-slices -t 2
sed -nE 's/.*indices 0\.\.63, chunks of ([0-9]+),.* window of ([0-9]+) .*/\1 \2/p' stdout.txt >windows.txt
[ "$(wc -l <windows.txt)" = 3 ] || fail "not three windows: $(cat stdout.txt)"
while read -r chunk window; do
    [ "$window" -ge $((2 * chunk)) ] || fail "a window of $window for chunks of $chunk"
done <windows.txt
finish
