#!/usr/bin/env bash
# What others get, object for object, on real stacks (they are not part of the repository; see SHARED in lib.sh): label
# numbers and voxels as scipy, ITK and scikit-image give them.
. "$(dirname "$0")/lib.sh"
[ -d "$SHARED/golden" ] || skip "no folder of reference results at $SHARED"
sanitized && skip 'too slow under the sanitizers'
DATA=$SHARED/data GOLDEN=$SHARED/golden

cat >count.qbi <<'END'
param input: path = "none.tif"
param level: number = 10
param connectivity: number = 26
param filter: stage = median(5)
save read(input) |> filter |> threshold(level) |> label(connectivity=connectivity) |> count to "count.csv"
END
cat >plain.qbi <<'END'
param input: path = "none.tif"
save read(input) |> threshold(10) |> label |> count to "count.csv"
END
cat >foam.qbi <<'END'
param input: path = "none.tif"
x = 1 - read(input) / 255
save erode(gaussian(x, 3) > 0.84, ball(12), outside=false) |> label(connectivity=6) |> count to "count.csv"
END

compare() { # golden table, arguments of qbic run
    local golden=$GOLDEN/$1
    shift
    rm -f count.csv
    qbic run "$@" -q || fail "run: $*"
    { echo label,voxels; tail -n +2 "$golden" | cut -d, -f1,2; } | cmp -s - count.csv ||
        fail "$* differs from $golden: $(wc -l <count.csv) rows"
    echo "$(basename "$golden"): $(($(wc -l <count.csv) - 1)) objects"
}
compare W1_bone_26.labels.csv count.qbi "$DATA/bone_7H3A_B1.tif"
compare W1_bone_6.labels.csv count.qbi "$DATA/bone_7H3A_B1.tif" -p connectivity=6
compare W1_bone_nomedian_26.labels.csv plain.qbi "$DATA/bone_7H3A_B1.tif"
compare W1_foam100_26.labels.csv count.qbi "$DATA/foam100.tif" -p level=60
compare W1_foam100_6.labels.csv count.qbi "$DATA/foam100.tif" -p level=60 -p connectivity=6
compare W2_foam100.labels.csv foam.qbi "$DATA/foam100.tif"

# the folder of 2D images is made by the peers' scripts
images=${PEERS:-${TMPDIR:-/tmp}/qbic-peers}/data/folder2d_u8
if [ -d "$images" ]; then
    while IFS=, read -r image components foreground _; do
        [ "$image" != image ] || continue
        qbic run count.qbi "$images/$image.tif" -q -p level=60 -p connectivity=8 || fail "$image"
        got=$(awk -F, 'NR > 1 { n++; v += $2 } END { print n + 0 "," v + 0 }' count.csv)
        [ "$got" = "$components,$foreground" ] || fail "$image: $got, expected $components,$foreground"
    done <"$GOLDEN/W12D_u8.per_image.csv"
    # all at once
    qbic batch count.qbi "$images" -q -o folder -p level=60 -p connectivity=8 || fail 'the folder as a batch'
    python3 - "$GOLDEN/W12D_u8.per_image.csv" folder <<'END' || fail 'the batch over the folder'
import csv, glob, sqlite3, sys
golden, folder = sys.argv[1:]
db = sqlite3.connect(f'{folder}/results.db')
objects = dict(db.execute('SELECT name, objects FROM images'))
table, = [name for name, in db.execute('SELECT name FROM saved WHERE table_id > 0')]
voxels = dict(db.execute(f'SELECT image, sum(voxels) FROM {table}_named GROUP BY image'))
for row in csv.DictReader(open(golden)):
    name = row['image']
    if (objects[name], voxels.get(name, 0)) != (int(row['components']), int(row['foreground'])):
        sys.exit(f'{name}: {objects[name]} objects of {voxels.get(name, 0)} voxels, expected {row["components"]} of {row["foreground"]}')
print(f'{len(objects)} images: {sum(objects.values())} objects')
END
else
    echo "skipped: the folder of 2D images: none at $images"
fi
finish
