#!/usr/bin/env bash
# Workload 1 on pictures: 100 images of 1024², u8: median(5) > 60 → label → count, into one table (and, for qbic, a database),
# beside OpenCV in C++ over images on two threads.
. "$(dirname "$0")/lib.sh"
data=$PEERS/data/folder2d_u8
[ -d "$data" ] || { echo "skipped: no $data"; exit 77; }
cat >"$out/w12d.qbi" <<'END'
param input: path = "none.tif"
cells = read(input) |> median(5) |> threshold(60) |> label
save count(cells) to "{input.stem}_cells.csv"
END
fresh() { rm -rf "$out/batch"; }
for run in $(seq "$RUNS"); do
    fresh
    RUNS=1 timed 'qbic batch' "$QBIC" batch "$out/w12d.qbi" "$data" -q -o "$out/batch"
    [ ! -x "$PEERS/bin/w12d_cv" ] || RUNS=1 timed 'OpenCV, over images' "$PEERS/bin/w12d_cv" "$data" 60 "$out/cv.csv" 2 outer
done
