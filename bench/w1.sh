#!/usr/bin/env bash
# Workload 1: a segmented bone, 600×250×350 u8, Deflate: median(5) > 10 → label → count, from TIFF to CSV, with 1 and 2 threads,
# beside ITK.
. "$(dirname "$0")/lib.sh"
data=$SHARED/data/bone_7H3A_B1.tif
[ -f "$data" ] || { echo "skipped: no $data"; exit 77; }
cat >"$out/w1.qbi" <<'END'
param input: path = "bone.tif"
save read(input) |> median(5) |> threshold(10) |> label |> count to "w1.csv"
END
for threads in 1 2; do
    timed "qbic, $threads threads" "$QBIC" run "$out/w1.qbi" "$data" -q -t $threads -o "$out"
done
timed 'qbic, 2 threads, -m 64M' "$QBIC" run "$out/w1.qbi" "$data" -q -t 2 -m 64M -o "$out"
timed 'qbic, median as written' "$QBIC" run "$out/w1.qbi" "$data" -q -t 2 --no-pass commute-thresholds -o "$out"
if [ -x "$PEERS/bin/itk_bench" ]; then
    RUNS=${PEER_RUNS:-1}
    timed 'ITK, 2 threads' "$PEERS/bin/itk_bench" w1 "$data" 10 "$out/itk.csv" 2
    same_counts "$out/itk.csv" "$out/w1.csv"
else
    echo "skipped: ITK: none at $PEERS/bin"
fi
