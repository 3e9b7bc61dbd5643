#!/usr/bin/env bash
# A run with a checkpoint that is killed at random moments, again and again, each time in another number of threads, ends as an
# undisturbed one: every output byte for byte, and nothing left of the checkpoint. KILLS=N: how many kills.
. "$(dirname "$0")/lib.sh"
kills=${KILLS:-12}
cat >make.qbi <<'END'
save as(foam([96, 192, 160], seed=3), u8) to "foam.tif"
save as(blobs([700, 640], seed=2), u16) to "flat.tif"
END
qbic run make.qbi -q || fail 'no images'

# A pass before the one that labels, an image that is stored in between, every kind of output, floats and whole numbers.
cat >volume.qbi <<'END'
param input: path = "foam.tif"
image = read(input)
smooth = gaussian(image, 1)
cells = image |> median(5) |> threshold(otsu(image)) |> label
save count(cells) to "count.csv"
save histogram(image) to "histogram.csv"
save cells to "labels.tif"
save gaussian(image, 2) to "smooth.tif"
save image |> median(3) to "median.npy"
save project(smooth, max) to "top.png"
save project(smooth, std) to "std.npy"
save image[10] to "slice.png"
print "mean", mean(smooth), std(smooth), std(image), max(image), percentile(smooth, 95), sum(image)
END
cat >flat.qbi <<'END'
param input: path = "flat.tif"
image = read(input) |> gaussian(3)
cells = image |> threshold(otsu(image)) |> label(connectivity=4)
save count(cells) to "count.csv"
save cells to "labels.png"
save image to "smooth.tif"
print mean(image), image[3, 4]
END

took=0 resumed=0
one_run() { # pipeline: killed until it comes through
    rm -rf cut saved
    for _ in $(seq 40); do
        "$QBIC" run "$1.qbi" -t $((RANDOM % 3 + 1)) -o cut --checkpoint saved \
            --checkpoint-every 0.01 >cut.txt 2>cut.err </dev/null &
        local child=$! rc=0
        sleep "0.$(printf '%03d' $((RANDOM % 300 + 20)))"
        kill -9 $child 2>/dev/null
        wait $child 2>/dev/null || rc=$?
        ! grep -E 'damaged|another plan' cut.err || fail "$1 starts over"
        ! grep -q 'going on' cut.err || resumed=$((resumed + 1))
        [ $rc -eq 0 ] && return
        [ $rc -eq 137 ] || { fail "$1 ended with $rc: $(tail -n 1 cut.err)"; return; }
        took=$((took + 1))
    done
    qbic run "$1.qbi" -q -o cut --checkpoint saved >cut.txt || fail "$1 does not come through"
}

for pipeline in volume flat; do
    qbic run $pipeline.qbi -q -o "$pipeline" >$pipeline.txt || fail "$pipeline.qbi does not run"
    took=0 resumed=0 tries=0
    while [ $took -lt "$kills" ] && [ $tries -lt "$kills" ]; do
        tries=$((tries + 1))
        one_run $pipeline
        same $pipeline.txt cut.txt
        diff -r $pipeline cut >diff.txt || fail "$pipeline: the folders differ: $(head -n 3 diff.txt)"
        [ ! -e saved ] || fail "$pipeline: the checkpoint is still there"
    done
    echo "$pipeline: $took kills, $resumed times gone on"
done
finish
