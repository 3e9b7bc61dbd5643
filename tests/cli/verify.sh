#!/usr/bin/env bash
# qbic verify: all runs the same on samples; a difference is found, shown by its first voxel or line, and is exit status 1; nothing
# is left behind, and no output of the pipeline's own is touched.
. "$(dirname "$0")/lib.sh"
qbic run "$SAMPLES/make_images.qbi" -q || fail 'samples/make_images.qbi'
mkdir tmp
export TMPDIR=$WORK/tmp

expect 0 '' qbic verify "$SAMPLES/count.qbi" cells3d.tif -v
for line in 'chunks of 1 ' 'chunks of 3, tasks of 17 rows' '1 thread ' '2 threads' 'the tightest memory' 'kernels base' \
    'without commute-thresholds' 'without tabulate' 'without push-slices' 'without any pass'; do
    grep -q "^same     $line" stdout.txt || fail "verify -v lacks '$line'"
done
grep -qE '^[0-9]+ runs, 2 outputs: all the same bytes$' stdout.txt || fail "the verdict: $(tail -n 1 stdout.txt)"
is_empty tmp
ls ./*_count.csv ./*_labels.png 2>/dev/null && fail 'verify wrote the outputs of the pipeline'
cat >all.qbi <<'END'
param input: path = "cells3d.tif"
param level: number = 60
image = read(input)
save image > level to "/nowhere/at/all/mask.tif"
save gaussian(image, 1) to "soft.npy"
save label(median(image, 3) > level) to "labels.png"
save histogram(image + level) to "histogram.csv"
print mean(image) + level, count(label(image > level))
END
expect 0 '' qbic verify all.qbi -q -p level=50 -t 2
[ ! -s stdout.txt ] || fail 'quiet, yet it says something'
is_empty tmp

# parameters that are others each time they are read stand for a run that depends on how it is made
varies() { # pipeline, pattern…
    local pipeline=$1
    shift
    rm -f values.json
    mkfifo values.json
    (
        n=60
        while [ -p values.json ]; do
            echo "{\"level\": $n}" >values.json
            n=$((60 + (n - 59) % 37))
            sleep 0.1 # so that the reader has seen the end of this one
        done
    ) 2>/dev/null &
    local writer=$!
    expect 1 '' qbic verify "$pipeline" --params values.json
    rm values.json
    kill $writer 2>/dev/null
    wait $writer 2>/dev/null
    for pattern in "$@"; do
        grep -qE "$pattern" stdout.txt || fail "$pipeline: no /$pattern/ in $(head -n 3 stdout.txt)"
    done
    is_empty tmp
}
printf 'param level: number = 60\nprint 1\nprint level, "x"\n' >line.qbi
varies line.qbi "^differs  chunks of 1: what is printed, line 2: '[0-9]+ x', in the reference '[0-9]+ x'$" '^[0-9]+ of [0-9]+ runs differ'
printf 'param level: number = 60\nsave histogram(as(zeros([4, 5]) + level, u8)) to "h.csv"\n' >table.qbi
varies table.qbi "^differs  chunks of 1: h.csv, line [0-9]+: '"
printf 'param level: number = 60\nsave where(read("cells3d.tif") > 20, level, 0) to "w.tif"\n' >voxel.qbi
varies voxel.qbi '^differs  chunks of 1: w.tif, voxel \[[0-9]+, [0-9]+, [0-9]+\]: [0-9]+, in the reference [0-9]+$'

# what cannot run is told as by run
expect 1 'none.tif' qbic verify "$SAMPLES/count.qbi" none.tif
printf 'a = \n' >wrong.qbi
expect 2 'wrong.qbi:1' qbic verify wrong.qbi
expect 2 'expected a pipeline' qbic verify
expect 2 "unknown pass" qbic verify all.qbi --no-pass fuse
make_tiff short.tif pages=3 shape=40x50 rows=10 wrong=short
expect 1 '' qbic verify all.qbi short.tif
is_empty tmp

# stopped half-way, it leaves nothing
printf 'save median(noise([60, 300, 300]), 9) to "m.tif"\n' >long.qbi
"$QBIC" verify long.qbi >/dev/null 2>&1 &
pid=$!
sleep 1
kill -INT $pid 2>/dev/null
pkill -INT -P $pid 2>/dev/null
wait $pid
rc=$?
[ $rc -eq 130 ] || [ $rc -eq 0 ] || fail "stopped: exit status $rc"
is_empty tmp
finish
