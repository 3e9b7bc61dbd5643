#!/usr/bin/env bash
# Does the p that a run on one thread predicts hold with two? On the samples, the bone stack, the foam, and a picture in one
# Deflate strip that is half serial.
set -u
here=$(realpath "$(dirname "$0")")
QBIC=${QBIC:-$here/../build/release/qbic}
SHARED=${SHARED:-$here/../../shared}
RUNS=${RUNS:-5}
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
[ -x "$QBIC" ] || { echo "no qbic at $QBIC: ./bootstrap build" >&2; exit 2; }
cd "$out" || exit 1
cat >bone.qbi <<'END'
param input: path = "bone.tif"
save read(input) |> median(5) |> threshold(10) |> label |> count to "w1.csv"
END
cat >foam.qbi <<'END'
param input: path = "foam.tif"
x = 1 - read(input) / 255
save erode(gaussian(x, 3) > 0.84, ball(12), outside=false) |> label(connectivity=6) |> count to "w2.csv"
END
cat >half.qbi <<'END'
param input: path = "strip.tif"
save (read(input) |> gaussian(1)) > 60 |> label |> count to "half.csv"
END
make_tiff() { python3 "$here/../tests/tools/make_tiff.py" "$@"; }
make_tiff strip.tif pages=1 shape=4000x4000 type=u8 rows=4000 compress=deflate fill=noise
make_tiff strips.tif pages=8 shape=1500x1500 type=u8 rows=1500 compress=deflate fill=noise
"$QBIC" run "$here/../samples/make_images.qbi" -q
failed=0

# What two threads of this machine are worth, by a loop that needs nothing but registers: virtual cores may share one, and then
# no program is twice as fast on two. Alone and in pairs in turn.
spin() { awk 'BEGIN { for (i = 0; i < 2000000; i++) x += i * 1.0001 }'; }
capacity() {
    local a b c
    for _ in $(seq "$((2 * RUNS + 1))"); do
        a=$EPOCHREALTIME
        spin
        b=$EPOCHREALTIME
        spin & spin
        wait
        c=$EPOCHREALTIME
        awk "BEGIN { print 2 * ($b - $a) / ($c - $b) }"
    done | sort -n | awk '{ v[NR] = $1 } END { printf "%.2f (%.2f to %.2f)", v[(NR + 1) / 2], v[1], v[NR] }'
}
row() { # pipeline image
    echo "== $(basename "$1") $(basename "$2"); two threads of this machine are worth $(capacity) of one"
    "$QBIC" scale "$1" "$2" --max 2 --repeat "$((2 * RUNS + 1))" --report s.json || failed=1
    python3 -c 'import json, sys; sys.exit(not json.load(open("s.json"))["predicted"]["agrees"])' || failed=1
}
row half.qbi strip.tif
row half.qbi strips.tif
row "$here/../samples/count.qbi" cells3d.tif
row "$here/../samples/foam.qbi" foam.tif
bone=$SHARED/data/bone_7H3A_B1.tif
[ -f "$bone" ] && row bone.qbi "$bone"
[ -f "$SHARED/data/foam100.tif" ] && row foam.qbi "$SHARED/data/foam100.tif"

other() { # threads
    for _ in $(seq "$((2 * RUNS + 1))"); do
        "$QBIC" run bone.qbi "$bone" -q -t "$1" --report o.json
        python3 -c 'import json; r = json.load(open("o.json"))["run"]; print(100 * r["other_s"] / (r["wall_s"] * r["threads"]))'
    done | sort -n | awk '{ v[NR] = $1 } END { printf "%.1f %% in no task\n", v[(NR + 1) / 2] }'
}
for threads in 1 2; do
    [ ! -f "$bone" ] || echo "bone, $threads threads: $(other $threads)"
done
exit $failed
