#!/usr/bin/env bash
# The same bytes whatever the chunks, threads, memory, processor variant and passes: every output of every sample, and of a
# pipeline with every kind of operator.
. "$(dirname "$0")/lib.sh"
qbic run "$SAMPLES/make_images.qbi" -q || fail 'samples/make_images.qbi'
cat >many.qbi <<'END'
param input: path = "cells3d.tif"
image = read(input)
cells = image |> median(5) |> threshold(60) |> label
soft  = gaussian(image, 2)
save count(cells) to "count.csv"
save cells to "labels.tif"
save label(image > 60, connectivity=6) to "labels6.npy"
save soft to "soft.npy"
save erode(image > 40, ball(3)) to "eroded.tif"
save dilate(image > 90, ball(2))[::-1, 3:60:2] to "dilated.npy"
save histogram(image) to "histogram.csv"
save image > otsu(image) to "otsu.png"
print sum(soft), mean(soft), std(soft), percentile(image, 37), min(soft), max(soft)
END
cat >volume.qbi <<'END'
image = read("cells3d.tif")
soft  = uniform(image, 3)
save project(soft, mean) to "mean.npy"
save project(image, max, axis=1) to "max.tif"
save project(image, std, axis=2) to "std.npy"
save montage(image) to "montage.png"
save image > otsu(median(image[::-1, ::2], 3)) to "stored.tif"
save median(image[5:20, ::2, 10:100], [3, 5, 7])[7] to "slice.tif"
END

run() { # name, pipeline and image, options
    local name=$1
    shift
    mkdir -p "$name"
    qbic run "$@" -q -o "$name" >"$name/printed.txt" || fail "run: $*"
}
compare() { # reference, other
    for file in "$1"/*; do
        same "$file" "$2/$(basename "$file")"
    done
    [ "$(ls "$1")" = "$(ls "$2")" ] || fail "$2 holds other files than $1"
    rm -rf "$2"
}
variants=(base)
grep -qw avx2 /proc/cpuinfo && variants+=(avx2)
grep -qw avx512vl /proc/cpuinfo && variants+=(avx512)

try() { # pipeline, image
    rm -rf reference
    run reference "$@" -t 2
    for chunk in 1 2 3 7 1,1 2,5 3,17 100; do
        run other "$@" --chunk $chunk -t 3
        compare reference other
    done
    for threads in 1 2 3 4 5 6 7 8 300; do
        run other "$@" -t $threads
        compare reference other
    done
    # under the sanitizers the process itself takes more than small budgets, and not always the same
    for memory in $(sanitized || { least "$@"; echo 48M 64M; }) 100M 1G; do
        expect 0 '' qbic plan "$@" -m $memory -t 2
        run other "$@" -m $memory -t 2
        compare reference other
    done
    for cpu in "${variants[@]}"; do
        run other "$@" --cpu $cpu
        compare reference other
    done
}
# the smallest budget that the command itself names
least() {
    local said
    said=$(qbic plan "$@" -t 2 -m 1M 2>&1 >/dev/null | grep -oE 'at least [0-9.]+ ?[KMG]i?B?' | head -n 1)
    said=${said#at least }
    echo "${said// /}"
}
try many.qbi
try volume.qbi
sanitized && finish
sed -e 's/connectivity=6/connectivity=4/; s/labels6/labels4/; s/ball/disk/' many.qbi >flat.qbi
try flat.qbi cells.tif
try "$SAMPLES/count.qbi" cells3d.tif
try "$SAMPLES/foam.qbi" foam.tif -p radius=5
finish
