#!/usr/bin/env bash
# Every image that is written tells the pipeline's hash, the parameters and the version, and nothing that changes from run
# to run: two runs, from different folders and with different threads, give the same bytes.
. "$(dirname "$0")/lib.sh"
qbic run "$SAMPLES/make_images.qbi" -q || fail 'samples/make_images.qbi'
cat >p.qbi <<'END'
param input: path = "cells.tif"
param level: number = 60
image = read(input)
save image |> threshold(level) |> label to "labels.tif"
save gaussian(image, 1) to "soft.tif"
save image > level to "mask.png"
END
qbic run p.qbi -q -t 1 -p level=50 -o a || fail 'first run'
sleep 1.1
TZ=Asia/Tokyo qbic run p.qbi -q -t 3 -m 200M -p level=50 -o b || fail 'second run'
hash=$(sha256sum p.qbi | cut -d ' ' -f 1)
for name in labels.tif soft.tif mask.png; do
    same a/$name b/$name
    grep -aq "$hash" a/$name || fail "$name lacks the pipeline's hash"
    grep -aq "level = 50 (command line)" a/$name || fail "$name lacks the parameters"
    grep -aq "qbic $(qbic --version | cut -d ' ' -f 2)" a/$name || fail "$name lacks the version"
    ! grep -aq "$(hostname)" a/$name || [ ${#HOSTNAME} -lt 4 ] || fail "$name names the host"
    ! grep -aqE "20[0-9][0-9][:-][01][0-9][:-][0-3][0-9]" a/$name || fail "$name holds a date"
done
finish
