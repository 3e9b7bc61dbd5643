#!/usr/bin/env bash
# qbic watch: images that are there, that are written slowly, renamed into place, deleted, in folders that come later; what is
# no image; how it ends; that it goes on after a kill. SECONDS of waiting are the price of watching.
. "$(dirname "$0")/lib.sh"
cat >make.qbi <<'END'
param seed: number = 1
save as(blobs([96, 96], seed=seed), u8) to "i{seed}.tif"
END
cat >p.qbi <<'END'
param input: path = "cells.tif"
cells = read(input) |> median(3) |> threshold(60) |> label
save count(cells) to "{input.stem}_count.csv"
save cells to "{input.stem}_labels.tif"
print "largest", max(read(input))
END
for seed in $(seq 12); do
    qbic run make.qbi -q -o made -p seed=$seed || fail "no image $seed"
done

rows() { # database: number, name, status of every image
    python3 - "$1" <<'END'
import sqlite3, sys
for row in sqlite3.connect(sys.argv[1]).execute('SELECT image_id, name, status FROM images ORDER BY 1'):
    print(*row)
END
}
dump() { # database: all but times, the images by their names
    python3 - "$1" <<'END'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
print(db.execute('PRAGMA integrity_check').fetchone()[0])
for sql in ('SELECT name, path, status, sha256, objects FROM images ORDER BY name',
            'SELECT image, label, voxels FROM count_named ORDER BY image, label',
            'SELECT image, code, message FROM failures_named ORDER BY image',
            'SELECT i.name, p.text FROM printed p JOIN images i USING(image_id) ORDER BY 1'):
    for row in db.execute(sql):
        print(row)
END
}
start() { # options…: in the background
    "$QBIC" watch p.qbi in -o out --idle 30s "$@" >out.txt 2>err.txt </dev/null &
    child=$!
}
ended() { # status
    local rc=0
    wait $child || rc=$?
    [ $rc -eq "$1" ] || fail "ended with $rc, expected $1: $(cat err.txt)"
}
until_line() { # pattern: in standard error
    for _ in $(seq 300); do
        grep -qE "$1" err.txt && return
        sleep 0.05
    done
    fail "no word of /$1/: $(cat err.txt)"
}
slowly() { # from, to: in pieces, with pauses longer than anything settles
    python3 - "$1" "$2" <<'END'
import sys, time
data = open(sys.argv[1], 'rb').read()
with open(sys.argv[2], 'wb', buffering=0) as f:
    for k in range(3):
        f.write(data[k * len(data) // 3:(k + 1) * len(data) // 3])
        time.sleep(0.7)
END
}

# what is there, then what comes: written slowly, renamed, linked; one that is gone before it is complete; hidden ones; no images
mkdir in
cp made/i2.tif made/i10.tif in
echo text >in/notes.txt
start -v --until 6
until_line '^i10: done'
slowly made/i3.tif in/i3.tif &
slowly made/i4.tif in/.hidden.tif &
slowly made/i4.tif in/gone.tif &
slow=$!
until [ -e in/gone.tif ]; do sleep 0.02; done
rm in/gone.tif
cp made/i5.tif in/.i5.part && mv in/.i5.part in/i5.tif
until_line '^i5: done'
ln made/i6.tif in/i6.TIFF
until_line '^i3: done'
cp made/i7.tif moved.tif && mv moved.tif in/i7.tif
ended 0
wait $slow
rows out/results.db >rows.txt
holds rows.txt <<'END'
1 i2 done
2 i10 done
3 i5 done
4 i6 done
5 i3 done
6 i7 done
END
[ "$(grep -c 'notes.txt: no image by its ending' err.txt)" = 1 ] || fail "notes.txt: $(cat err.txt)"
[ "$(wc -l <out.txt)" = 6 ] || fail "printed: $(cat out.txt)"
qbic batch p.qbi in -o batch -q >/dev/null
sort out/count.csv >a.txt && sort batch/count.csv >b.txt && same a.txt b.txt

# the same command: nothing is done twice; a broken image is a row, and 3
expect 0 'going on: 6 of 6 images were done before' qbic watch p.qbi in -o out --until 6
head -c 1000 made/i8.tif >in/i8.tif
expect 3 '7 done|6 done \(6 of them before\), 1 failed' qbic watch p.qbi in -o out --until 7
# a file that is gone stays done; one that was mended is done
rm in/i2.tif && cp made/i8.tif in/i8.tif
expect 0 '7 done \(6 of them before\)' qbic watch p.qbi in -o out --idle 0.5s
rows out/results.db | grep -q '1 i2 done' || fail 'what was done is lost with its file'

# folders in folders, also those that come later; results inside are no images
rm -rf in out && mkdir -p in/early
cp made/i1.tif in/early
qbic watch p.qbi in -r -o in/results --until 1 -q >/dev/null || fail 'the first of the folders'
"$QBIC" watch p.qbi in -r -o in/results --idle 2s >out.txt 2>err.txt -v </dev/null &
child=$!
until_line 'early/i1: is done already'
mkdir -p in/late/deep && cp made/i2.tif in/late/deep
mkdir elsewhere && cp made/i3.tif elsewhere && mv elsewhere in/moved
cp made/i2.tif in/late/i2.tif
ended 0
rows in/results/results.db | cut -d' ' -f2- | sort >rows.txt
holds rows.txt <<'END'
early/i1 done
late/deep/i2 done
late/i2 done
moved/i3 done
END
expect 2 'cannot go to .in. itself' qbic watch p.qbi in -r -o in
sed 's,"{input.stem}_labels.tif","../../{input.stem}_back.tif",' p.qbi >back.qbi
expect 3 "is one file for every image or point" qbic watch back.qbi in/early -o in/early/out --until 1
mkdir -p up/in && cp made/i1.tif up/in/in.tif # whose folder is the one that is watched
expect 3 "would lie in the folder that is watched" qbic watch p.qbi up/in -o up --until 1

# stops: the folder goes, Ctrl-C, words
rm -rf in out && mkdir in && cp made/i1.tif in
start -v --idle 1h
until_line '^i1: done'
rm -r in
ended 1
grep -q "the folder 'in' is gone" err.txt || fail "$(cat err.txt)"
mkdir in && cp made/i1.tif made/i2.tif in
start -v --idle 1h
until_line '^i2: done'
kill -INT $child
ended 130
expect 1 'it is no folder' qbic watch p.qbi nowhere -o out
expect 2 'expected a pipeline and a folder' qbic watch p.qbi -o out
expect 2 "expected '-o DIR'" qbic watch p.qbi in
expect 2 "'--idle' expects a time" qbic watch p.qbi in -o out --idle soon
expect 1 'it is no folder' qbic watch p.qbi in/i1.tif -o out

# more events than the queue holds: the folder is read again
rm -rf in out && mkdir in && cp made/i1.tif in
start -v --until 3
until_line '^i1: done'
kill -STOP $child
python3 - <<'END'
for k in range(24000):
    open(f'in/.{k % 2}', 'wb').close()
END
cp made/i2.tif made/i3.tif in
kill -CONT $child
ended 0

# killed at random moments while images come
rm -rf in out && mkdir in && cp made/i*.tif in && head -c 500 made/i8.tif >in/i13.tif
qbic batch p.qbi in -o whole -q >/dev/null 2>&1
mv in in.all && mkdir in
(for k in $(seq 13); do
    [ ! -e "in.all/i$k.tif" ] || cp "in.all/i$k.tif" in/
    sleep 0.05
done) &
feeder=$!
for _ in $(seq "${KILLS:-8}"); do
    start --until 13
    sleep "0.$(printf '%03d' $((RANDOM % 500)))"
    kill -9 $child 2>/dev/null
    wait $child 2>/dev/null
done
wait $feeder
expect 3 '' qbic watch p.qbi in -o out --until 13 --idle 30s
dump out/results.db >out.sql
dump whole/results.db >whole.sql
same whole.sql out.sql
sort out/count.csv >a.txt && sort whole/count.csv >b.txt && same a.txt b.txt
diff -r -x results.db -x count.csv whole out >diff.txt || fail "the folders differ: $(head -n 3 diff.txt)"
finish
