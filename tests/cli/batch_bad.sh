#!/usr/bin/env bash
# One bad image of a hundred: 99 are done, one is a row in `failures` that says what is wrong and where, exit status 3.
. "$(dirname "$0")/lib.sh"

cat >make.qbi <<'END2'
param seed: number = 1
save as(blobs([64, 64], seed=seed), u8) to "images/im{seed}.tif"
END2
cat >p.qbi <<'END2'
param input: path = "cells.tif"
cells = read(input) - read("dark.tif") |> threshold(60) |> label
save count(cells) to "{input.stem}_count.csv"
END2
for seed in 1 2 3 4 5 6 7 8 9 10; do
    qbic run make.qbi -q -p seed=$seed || fail "no image $seed"
done
for k in $(seq 11 100); do cp images/im$((k % 10 + 1)).tif images/im$k.tif; done
echo 'save as(zeros([64, 64]), u8) to "dark.tif"
save as(zeros([64, 65]), u8) to "wide.tif"' >dark.qbi
qbic run dark.qbi -q || fail 'no dark image'
qbic batch p.qbi images -q -o good || fail 'the good ones fail'
grep -v '^im42,' good/count.csv >expected.csv
cp images/im42.tif good.tif

bad() { # what, the message: im42 is bad by now
    expect 3 '^99 done.*, 1 failed .see failures.$' qbic batch p.qbi images -o out
    [ "$(sql out/results.db 'SELECT count(*), min(image) FROM failures_named')" = '1|im42' ] ||
        fail "$1: failures: $(sql out/results.db 'SELECT * FROM failures_named')"
    sql out/results.db 'SELECT message FROM failures' | grep -qE "$2" || fail "$1: $(sql out/results.db 'SELECT message FROM failures')"
    [ "$(sql out/results.db 'SELECT node, line FROM failures')" = 'read|2' ] || [ "$1" = shape ] ||
        fail "$1: its place is $(sql out/results.db 'SELECT node, line, "column" FROM failures')"
    [ "$(sql out/results.db "SELECT name, objects FROM images WHERE status <> 'done'")" = 'im42|None' ] || fail "$1: images"
    same expected.csv out/count.csv
    grep -q "^qbic: error: im42: " stderr.txt || fail "$1: no line for it: $(cat stderr.txt)"
}
: >images/im42.tif
bad 'no bytes' "is empty"
head -c 2000 good.tif >images/im42.tif
bad truncated "'images/im42.tif'"
echo 'this is a text' >images/im42.tif
bad text 'is not a TIFF file'
head -c 100000 /dev/urandom >images/im42.tif
bad noise 'is not a TIFF file'
cp wide.tif images/im42.tif
bad shape '64.*65'
rm images/im42.tif
ln -s im42.tif images/im42.tif
bad 'a link to itself' 'symbolic links'
rm images/im42.tif
ln -s nowhere images/im42.tif
bad 'a link to nowhere' 'No such file'
rm images/im42.tif
cp good.tif images/im42.tif
if [ "$(id -u)" -ne 0 ]; then
    chmod 000 images/im42.tif
    bad unreadable 'Permission denied'
    chmod 644 images/im42.tif
fi
# mended: it alone runs
expect 0 '^100 done .99 of them before.$' qbic batch p.qbi images -o out
same good/count.csv out/count.csv
[ "$(sql out/results.db 'SELECT count(*) FROM failures')" = 0 ] || fail 'a failure stays'

# ---- failures that stop -----------------------------------------------------------------------------------------
: >images/im42.tif
: >images/im43.tif
: >images/im44.tif
expect 3 '41 done, 1 failed .see failures., 58 not begun' qbic batch p.qbi images -o ff -t 1 --fail-fast
[ "$(sql ff/results.db 'SELECT count(*) FROM failures')" = 1 ] || fail '--fail-fast'
[ "$(sql ff/results.db "SELECT count(*) FROM images WHERE status = 'pending'")" = 58 ] || fail '--fail-fast did not stop at once'
expect 3 '41 done, 2 failed .see failures., 57 not begun' qbic batch p.qbi images -o mf -t 1 --max-failures 2
expect 3 '97 done .41 of them before., 3 failed' qbic batch p.qbi images -o mf

# ---- one file for all images ------------------------------------------------------------------------------------
for path in "$PWD/one.tif" ../one.tif sub/../../one.tif; do
    printf 'param input: path = "a.tif"\nsave read(input) > 9 to "%s"\n' "$path" >one.qbi
    expect 3 "im1: one.qbi:2:1: '$path' is one file for every image or point" qbic batch one.qbi images/im1.tif images/im2.tif -o one
    [ ! -e one.tif ] && [ ! -e one/one.tif ] || fail "an output at $path"
done
finish
