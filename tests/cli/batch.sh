#!/usr/bin/env bash
# qbic batch: what is gathered equals what single runs give; names, order and lists of images; failures; what is done again
# and what not; two batches in one folder; interruption.
. "$(dirname "$0")/lib.sh"

cat >make.qbi <<'END'
param seed: number = 1
save as(blobs([96, 80], seed=seed), u8) to "images/i{seed}.tif"
END
cat >p.qbi <<'END'
param input: path = "cells.tif"  # the image
param size: number = 3
param level: number = 60
cells = read(input) |> median(size) |> threshold(level) |> label
save count(cells) to "{input.stem}_count.csv"
save cells to "{input.stem}_labels.tif"
print "largest", max(read(input))
END
for seed in 1 2 3 9 10 11; do
    qbic run make.qbi -q -p seed=$seed || fail "no image $seed"
done

# ---- the same as single runs, in natural order -------------------------------------------------------------
expect 0 '^6 done$' qbic batch p.qbi images -o out
mv stdout.txt printed.txt
: >expected.csv
: >expected.txt
echo image,label,voxels >expected.csv
for k in 1 2 3 9 10 11; do
    qbic run p.qbi images/i$k.tif -q -o one >one.txt || fail "run $k"
    tail -n +2 one/i${k}_count.csv | sed "s/^/i$k,/" >>expected.csv
    sed "s/^/i$k /" one.txt >>expected.txt
    python3 - one/i${k}_labels.tif out/i$k/i${k}_labels.tif <<'END' || fail "labels of i$k"
import sys
a, b = (open(p, 'rb').read() for p in sys.argv[1:])
sys.exit(a[:8] != b[:8] or abs(len(a) - len(b)) > 64)
END
done
same expected.csv out/count.csv
same expected.txt printed.txt
[ "$(ls -A out | tr '\n' ' ')" = 'count.csv i1 i10 i11 i2 i3 i9 results.db ' ] || fail "the folder holds $(ls -A out | tr '\n' ' ')"
[ "$(sql out/results.db 'SELECT image_id, name, status FROM images WHERE image_id > 4')" = $'5|i10|done\n6|i11|done' ] ||
    fail "images: $(sql out/results.db 'SELECT * FROM images')"
[ "$(sql out/results.db 'SELECT sha256 FROM images WHERE image_id = 1')" = "$(sha256sum <images/i1.tif | cut -d' ' -f1)" ] || fail sha256
[ "$(sql out/results.db 'SELECT type, shape FROM images WHERE image_id = 1')" = 'u8|96x80' ] || fail 'facts'
sql out/results.db 'SELECT image, label, voxels FROM count_named ORDER BY image_id, label' | tr '|' , >view.csv
tail -n +2 out/count.csv | cmp -s - view.csv || fail 'the view differs from the CSV'
[ "$(sql out/results.db 'SELECT sum(objects) FROM images')" = "$(wc -l <view.csv)" ] || fail 'objects'
[ "$(sql out/results.db 'SELECT name, value, "from" FROM params')" = $'size|3|default\nlevel|60|default' ] || fail 'params'

# ---- threads do not matter, nor does memory, nor how images are named -----------------------------------------
expect 0 '^6 done$' qbic batch p.qbi 'images/*.tif' -t 1 -o out1
expect 0 '^6 done$' qbic batch p.qbi images -t 5 -o out5
ls images/*.tif | "$QBIC" batch p.qbi - -o outl >/dev/null 2>stderr.txt || fail "a list: $(cat stderr.txt)"
ls images/*.tif >list.txt
expect 0 '^6 done$' qbic batch p.qbi --list list.txt -o outf
for other in out1 out5 outl outf; do
    same out/count.csv $other/count.csv
    same out/i9/i9_labels.tif $other/i9/i9_labels.tif
done

# ---- what is done again ---------------------------------------------------------------------------------------
expect 0 'going on: 6 of 6' qbic batch p.qbi images -o out
same printed.txt stdout.txt
touch images/*.tif
{ echo '# a comment'; sed 's/cells/objects/g; s/ |> /|>/g' p.qbi; } | sed 's/objects.tif/cells.tif/' >q.qbi
sed -i 's/save objects to/save objects   to/' q.qbi
expect 0 '6 done .6 of them before' qbic batch q.qbi images -o out
expect 0 '^0 of 6' qbic batch p.qbi images -o out --dry-run
expect 0 '6 of 6' qbic batch p.qbi images -o out --dry-run -p size=5
expect 0 '' qbic batch p.qbi images -o out --why i9 -p size=5
grep -q 'i9: median size \[3, 1, 3\] → \[5, 1, 5\]' stdout.txt || fail "why: $(cat stdout.txt)"
expect 0 '' qbic batch p.qbi images -o out --why i9 -p level=61
grep -q 'i9: gt b 60 → 61' stdout.txt || fail "why: $(cat stdout.txt)"
expect 0 '' qbic batch p.qbi images -o out --why images/i9.tif
grep -q 'i9: nothing differs' stdout.txt || fail "why: $(cat stdout.txt)"
cp images/i10.tif images/i9.tif
expect 0 '' qbic batch p.qbi images -o out --why i9
grep -q 'i9: its bytes differ' stdout.txt || fail "why: $(cat stdout.txt)"
expect 0 '6 done .5 of them before' qbic batch p.qbi images -o out
[ "$(grep -c ^i9, out/count.csv)" = "$(grep -c ^i10, out/count.csv)" ] || fail 'the new bytes were not measured'
rm out/i3/i3_labels.tif
expect 0 '6 done .5 of them before' qbic batch p.qbi images -o out
# one image less, one more: those that stay are kept, and the end is as if there had been nothing before
rm images/i2.tif
qbic run make.qbi -q -p seed=4
expect 0 '6 done .5 of them before' qbic batch p.qbi images -o out
expect 0 '^6 done$' qbic batch p.qbi images -o fresh
same out/count.csv fresh/count.csv
for table in runs params images count failures printed pipelines; do
    sql out/results.db "SELECT rowid, * FROM $table" >a.txt 2>/dev/null || sql out/results.db "SELECT * FROM $table" >a.txt
    sql fresh/results.db "SELECT rowid, * FROM $table" >b.txt 2>/dev/null || sql fresh/results.db "SELECT * FROM $table" >b.txt
    same a.txt b.txt
done
expect 0 '^6 done$' qbic batch p.qbi images -o out -p size=5

# ---- failures -------------------------------------------------------------------------------------------------
mkdir bad
cp images/i1.tif bad/a.tif
: >bad/b.tif
head -c 3000 images/i1.tif >bad/c.tif
echo no image >bad/d.tif
ln -s nowhere bad/e.tif
qbic run "$SAMPLES/make_images.qbi" -q -o volumes
cp volumes/cells3d.tif bad/f.tif
echo 'param input: path = "a.tif"
save count(label(read(input)[0:3, :, :] > 60)) to "c.csv"' >volume.qbi
expect 3 '2 done, 4 failed .see failures' qbic batch p.qbi bad -o outbad
[ "$(sql outbad/results.db "SELECT status, count(*) FROM images GROUP BY 1")" = $'done|2\nfailed|4' ] || fail 'states'
[ "$(sql outbad/results.db 'SELECT count(*) FROM failures WHERE message IS NULL')" = 0 ] || fail 'messages'
[ "$(sql outbad/results.db "SELECT line, code FROM failures WHERE image_id = 4")" = '4|QB0501' ] ||
    fail "failures: $(sql outbad/results.db 'SELECT * FROM failures')"
[ "$(cut -d, -f1 outbad/count.csv | sort -u | tr '\n' ' ')" = 'a f image ' ] || fail 'rows of failed images'
expect 3 '1 done, 5 failed' qbic batch volume.qbi bad -o outv
grep -q 'f$' <<<"$(sql outv/results.db "SELECT name FROM images WHERE status = 'done'")" || fail 'the volume was not done'
expect 3 'not begun' qbic batch p.qbi bad -o outff --fail-fast -t 1
expect 3 ' 2 failed' qbic batch p.qbi bad -o outmf --max-failures 2 -t 1
expect 3 '4 failed' qbic batch p.qbi bad -o outrt --retry 2
# mended, and the same command again
cp images/i1.tif bad/b.tif
expect 3 '3 done .2 of them before., 3 failed' qbic batch p.qbi bad -o outbad
# nothing found is a result
expect 0 '^6 done$' qbic batch p.qbi images -o empty -p level=255
[ "$(cat empty/count.csv)" = image,label,voxels ] || fail 'rows of nothing'
[ "$(sql empty/results.db 'SELECT DISTINCT objects, status FROM images')" = '0|done' ] || fail 'objects of nothing'

# ---- names ----------------------------------------------------------------------------------------------------
mkdir -p deep/one deep/two
cp images/i1.tif deep/one/x.tif
cp images/i3.tif deep/two/x.tif
cp images/i4.tif deep/two/y.tif
expect 1 'no image' qbic batch p.qbi deep -o outd
expect 0 '3 done' qbic batch p.qbi deep -r -o outd
[ "$(cut -d, -f1 outd/count.csv | uniq | tr '\n' ' ')" = 'image one/x two/x y ' ] || fail "names: $(cut -d, -f1 outd/count.csv | uniq)"
[ -f outd/two/x/x_labels.tif ] && [ -f outd/y/y_labels.tif ] || fail 'folders of images'

# ---- wrong use ------------------------------------------------------------------------------------------------
expect 2 "expected '-o DIR'" qbic batch p.qbi images
expect 1 "cannot open 'none'" qbic batch p.qbi none -o outn
expect 2 "unknown parameter 'levl'" qbic batch p.qbi images -o outn -p levl=1
expect 2 "given twice" qbic batch p.qbi images -o outn -p input=x.tif
echo 'save count(label(ones([5, 5]) > 0)) to "c.csv"' >none.qbi
expect 2 'no path parameter' qbic batch none.qbi images -o outn
sed 's/to "{input.stem}_count.csv"/to "c.csv" with (table="images")/' p.qbi >taken.qbi
expect 2 "cannot call a table 'images'" qbic batch taken.qbi images -o outn
[ ! -e outn ] || fail 'a refused batch made its folder'
mkdir other && echo 'some text' >other/results.db
expect 1 'results.db' qbic batch p.qbi images -o other
[ "$(cat other/results.db)" = 'some text' ] || fail 'a file of another was damaged'

# ---- read while it is written: the reader sees whole images alone, and disturbs nothing ---------------------------
python3 - "$QBIC" <<'END' || fail 'a reader disturbs the batch'
import sqlite3, subprocess, sys
subprocess.run([sys.argv[1], 'batch', 'p.qbi', 'images', '-q', '-o', 'read'], check=True, stdout=subprocess.DEVNULL)
db = sqlite3.connect('read/results.db', isolation_level=None)
db.execute('PRAGMA journal_mode = WAL')
db.execute('BEGIN')
before = db.execute('SELECT sum(objects) FROM images').fetchall()
subprocess.run([sys.argv[1], 'batch', 'p.qbi', 'images', '-q', '-o', 'read', '-p', 'level=100'], check=True, stdout=subprocess.DEVNULL)
assert db.execute('SELECT sum(objects) FROM images').fetchall() == before
db.execute('COMMIT')
assert db.execute('SELECT count(*) FROM images WHERE status = "done"').fetchone()[0] == 6
assert db.execute('SELECT value FROM params WHERE name = "level"').fetchone()[0] == '100'
END

# ---- two at once; interruption --------------------------------------------------------------------------------
echo 'param input: path = "x.tif"
save count(label(gaussian(read(input), 9) |> median(31) |> threshold(40))) to "c.csv"' >slow.qbi
for k in $(seq 20 140); do cp images/i1.tif images/i$k.tif; done
sed 's/\[96, 80\]/[1200, 1200]/; s/i{seed}/i2{seed}0/' make.qbi >large.qbi
for k in 1 2 3 4 5 6; do qbic run large.qbi -q -p seed=$k; done
"$QBIC" batch slow.qbi images -t 1 -o busy >/dev/null 2>busy.txt </dev/null &
child=$!
sleep 0.1
expect 1 "another batch works in 'busy': process $child" qbic batch slow.qbi images -o busy
kill -INT $child
wait $child
rc=$?
[ $rc -eq 130 ] || fail "interrupted: exit status $rc; $(cat busy.txt)"
grep -q 'not begun' busy.txt || fail "interrupted: $(cat busy.txt)"
[ -z "$(find busy -name '*.tmp')" ] || fail "left behind: $(find busy -name '*.tmp')"
expect 0 'going on|done' qbic batch slow.qbi images -o busy
[ "$(sql busy/results.db "SELECT count(*) FROM images WHERE status = 'done'")" = "$(ls images | wc -l)" ] || fail 'not all are done'
finish
