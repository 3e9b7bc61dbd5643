#!/usr/bin/env bash
# A pass changes how a result is made, never the result: each sample, and pipelines that every pass has work in, with each pass off
# in turn, and with all of them off, give the same bytes.
. "$(dirname "$0")/lib.sh"
qbic run "$SAMPLES/make_images.qbi" -q || fail 'samples/make_images.qbi'
passes=$(qbic plan "$SAMPLES/foam.qbi" --no-pass zzz 2>&1 | sed 's/.*the passes are //; s/,//g')
for name in fold-constants share-nodes eliminate-dead tabulate commute-thresholds fuse-labels pick-algorithms fuse-maps \
    push-slices; do
    [[ " $passes " == *" $name "* ]] || fail "no pass $name among: $passes"
done

# chains of maps over one image of few bits: thresholds, bands, and what is neither
cat >tables.qbi <<'END'
param input: path = "cells3d.tif"
image = read(input)
wide  = as(image * 7, u16)
low   = as(image - 100, i8)
save 1 - image / 255 > 0.6 to "inverse.npy"
save invert(image) > 5 * 20 to "invert.npy"
save image * 2 < 2 * 30 + 1 to "twice.npy"
save abs(image - 60) < 12.5 to "band.npy"
save not (abs(image - 60) < 12.5) to "outside.npy"
save image % 7 > 3 to "neither.npy"
save sqrt(image) > 20 to "never.npy"
save as(image, mask) to "any.npy"
save wide ** 0.5 > 11 to "wide.npy"
save wide / 3 - 2 * low > 250 to "two_images.npy"
save -low >= 10 and low > -60 to "signed.npy"
save clip(low, -20, 2 * 10) == 20 to "clipped.npy"
save image > mean(image) + 2 * 3 to "measured.npy"
save where(image > 50, invert(image), image) > 70 to "where.npy"
print 2 * 3 + sqrt(16), sum(image > 50 and image < 80), max(where(image > 2 * 30, image, 3 * 2))
END
# filters that commute with comparisons, alone and in chains, also where they must not
cat >commute.qbi <<'END'
param input: path = "cells3d.tif"
image = read(input)
real  = image / 4
mid   = median(image, 3)
save mid > 50 to "median.npy"
save 40 < median(image, [3, 5, 5]) < 90 to "band.npy"
save median(image, [1, 3, 5]) == 20 to "equal.npy"
save rank(image, 3, 4) != 33 to "unequal.npy"
save minimum(image, 3) >= 12 to "minimum.npy"
save maximum(median(image, 3), 5) <= 80.5 to "chain.npy"
save 1 - rank(image, 3, -3) / 255 > 0.8 to "rank.npy"
save median(image, 3) > otsu(image) to "otsu.npy"
save mid > otsu(mid) to "otsu_of_it.npy"
save erode(image, ball(2)) > 30 to "erode.npy"
save dilate(image, disk(2.5)) < 70 to "dilate.npy"
save erode(image, cross(3)) < 25 to "cross.npy"
save open(image, ball(3)) >= 28 to "open.npy"
save close(image, box([3, 5, 1])) > 60 to "close.npy"
save dilate(erode(median(image, 3), ball(20)), cross(2)) > 9 to "far.npy"
save median(image, 5)[::-2, 3:60:3, -40:] > 44 to "slice.npy"
save median(real, 3) > 11.3 to "real.npy"
save median(as(image * 200, u16), 5) > 9000 to "wide.npy"
save median(as(image * 200 - 9000, i16), [5, 7, 5]) <= 60.0000001 to "wide_signed.npy"
save median(as(image - 100, i8), [3, 1, 9]) >= -41 to "signed.npy"
save median(as(image * 200, u16), [9, 9, 9]) == 9000 to "far_equal.npy"
save median(image, [1, 1, 31]) > 40 to "long.npy"
save median(image, [31, 1, 1]) < 40 to "tall.npy"
save median(real / (image - 30), 3) > 1 to "nan.npy"
print sum(median(image, 7) > 55), count(label(median(image, 3) > 60))
END
# slices far from the reader, through every kind of operator
cat >slices.qbi <<'END'
param input: path = "cells3d.tif"
image = read(input)
soft  = gaussian(image, 1)
save median(soft, 3)[7] to "one.npy"
save erode(image > 40, ball(2))[::5] to "steps.npy"
save uniform(image[::-1], 3)[-4:, ::-2, 5:9] to "turned.npy"
save project(image[3:9], max) to "project.npy"
save project(soft, std)[3:9, ::-3] to "deviation.npy"
save project(soft[::-1], sum)[-20:, 4:90] to "sum.npy"
save project(image > 50, max)[::2] to "seen.npy"
save (soft * 2 + 1)[-1] to "last.npy"
save label(image > 60)[2:5] to "labels.npy"
print project(image, mean)[3, 5], project(image, max)[7, -1]
print sum(image[4]), mean(median(image, 3)[10:12, 5:9])
END

run() { # folder, pipeline and options
    local name=$1
    shift
    mkdir -p "$name"
    qbic run "$@" -q -o "$name" >"$name/printed.txt" || fail "run: $*"
}
compare() { # reference, other, what was done
    for file in "$1"/*; do
        cmp -s "$file" "$2/$(basename "$file")" || fail "$3: $(basename "$file") differs"
    done
    [ "$(ls "$1")" = "$(ls "$2")" ] || fail "$3: other files"
    rm -rf "$2"
}
try() { # pipeline and options
    rm -rf reference
    run reference "$@"
    local all=()
    for pass in $passes; do
        run other "$@" --no-pass "$pass"
        compare reference other "$* --no-pass $pass"
        all+=(--no-pass "$pass")
    done
    run other "$@" "${all[@]}"
    compare reference other "$* with all passes off"
}
for image in cells3d.tif cells.tif; do
    try tables.qbi $image
    try "$SAMPLES/count.qbi" $image
done
try commute.qbi
try slices.qbi
for sample in foam arithmetic slice_after slice_before make_images; do
    [ ! -f "$SAMPLES/$sample.qbi" ] || try "$SAMPLES/$sample.qbi"
done
for bone in "$SHARED"/*/*bone*.tif*; do
    [ ! -f "$bone" ] || sanitized || try "$SAMPLES/count.qbi" "$bone"
done
finish
