#!/usr/bin/env bash
# Workload 2: a foam, 100×396×396 u8: 1 - x/255, gaussian(3), threshold, erosion with ball(12), label, count, beside ITK.
. "$(dirname "$0")/lib.sh"
data=$SHARED/data/foam100.tif
[ -f "$data" ] || { echo "skipped: no $data"; exit 77; }
cat >"$out/w2.qbi" <<'END'
param input: path = "foam.tif"
x = 1 - read(input) / 255
save erode(gaussian(x, 3) > 0.84, ball(12), outside=false) |> label(connectivity=6) |> count to "w2.csv"
END
for threads in 1 2; do
    timed "qbic, $threads threads" "$QBIC" run "$out/w2.qbi" "$data" -q -t $threads -o "$out"
done
if [ -x "$PEERS/bin/itk_bench" ]; then
    RUNS=${PEER_RUNS:-1}
    timed 'ITK, 2 threads' "$PEERS/bin/itk_bench" w2 "$data" 0.84 "$out/itk.csv" 2 rec maurer
else
    echo "skipped: ITK: none at $PEERS/bin"
fi
