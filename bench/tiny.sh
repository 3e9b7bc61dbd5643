#!/usr/bin/env bash
# 10,000 images of 64² in one batch: seconds on one thread and on two, memory beside that of 1,000, the database beside its CSV.
. "$(dirname "$0")/lib.sh"
cd "$out" || exit 1
python3 "$here/../tests/tools/make_tiny.py" tiny "${IMAGES:-10000}"
mkdir few && for image in tiny/im00*.tif; do ln "$image" few/; done
cat >tiny.qbi <<'END'
param input: path = "none.tif"
cells = read(input) |> median(3) |> threshold(60) |> label
save count(cells) to "{input.stem}_cells.csv"
END
for run in $(seq "$RUNS"); do
    for t in 1 2; do
        rm -rf batch
        RUNS=1 timed "$(ls tiny | wc -l) images, $t threads" "$QBIC" batch tiny.qbi tiny -q -t $t -o batch
    done
    rm -rf fewer
    RUNS=1 timed "$(ls few | wc -l) images, 2 threads" "$QBIC" batch tiny.qbi few -q -t 2 -o fewer
done
csv=$(stat -c %s batch/cells.csv) db=$(stat -c %s batch/results.db)
echo "database $db bytes, CSV $csv bytes: $((db * 100 / csv)) %"
