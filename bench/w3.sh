#!/usr/bin/env bash
# Workload 3: one slice of a filtered volume: gaussian(3) of 512³ u8, slice 250 saved, beside dask, lazily, and the slab cut out
# by hand for scipy.
. "$(dirname "$0")/lib.sh"
data=$PEERS/data/foam512.tif
[ -f "$data" ] || { echo "skipped: no $data"; exit 77; }
cat >"$out/w3.qbi" <<'END'
param input: path = "foam.tif"
save gaussian(as(read(input), f32), 3)[250] to "w3.tif"
END
timed 'qbic, 2 threads' "$QBIC" run "$out/w3.qbi" "$data" -q -t 2 -o "$out"
for peer in dask-lazy-memmap scipy-slab; do
    timed "$peer" /usr/bin/python3 "$SHARED/peers/w3.py" $peer "$data" 250 "$out/$peer.tif" 20
done
