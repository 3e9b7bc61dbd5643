#!/usr/bin/env bash
# A batch that is killed at random moments and begun again ends as an undisturbed one: the database but for its timings,
# the CSV files, the images. KILLS=N: how many kills.
. "$(dirname "$0")/lib.sh"
kills=${KILLS:-12}
cat >make.qbi <<'END'
param seed: number = 1
save as(blobs([384, 384], seed=seed), u8) to "images/i{seed}.tif"
END
cat >p.qbi <<'END'
param input: path = "cells.tif"
cells = read(input) |> median(9) |> threshold(60) |> label
save count(cells) to "{input.stem}_count.csv"
save cells to "{input.stem}_labels.tif"
print "largest", max(read(input))
END
for seed in $(seq 40); do
    qbic run make.qbi -q -p seed=$seed || fail "no image $seed"
done
head -c 1000 images/i7.tif >images/i41.tif
: >images/i42.tif

dump() { # database
    python3 - "$1" <<'END'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
print(db.execute('PRAGMA integrity_check').fetchone()[0])
for line in db.iterdump():
    if 'INTO "timings"' not in line:
        print(line)
END
}

qbic batch p.qbi images -o whole >whole.txt 2>/dev/null
[ $? -eq 3 ] || fail 'the undisturbed batch did not end with 3'
dump whole/results.db >whole.sql

took=0 tries=0
while [ $took -lt "$kills" ] && [ $tries -lt $((10 * kills)) ]; do
    tries=$((tries + 1))
    rm -rf cut
    for _ in 1 2 3; do
        "$QBIC" batch p.qbi images -o cut >cut.txt 2>/dev/null </dev/null &
        child=$!
        sleep "0.$(printf '%03d' $((RANDOM % 400)))"
        kill -9 $child 2>/dev/null
        wait $child 2>/dev/null
        [ $? -eq 137 ] && took=$((took + 1))
    done
    qbic batch p.qbi images -o cut >cut.txt 2>cut.err
    rc=$?
    [ $rc -eq 3 ] || fail "the batch that went on ended with $rc: $(tail -n 1 cut.err)"
    dump cut/results.db >cut.sql
    same whole.sql cut.sql
    same whole.txt cut.txt
    diff -r -x results.db whole cut >diff.txt || fail "the folders differ: $(head -n 3 diff.txt)"
done
[ $took -ge "$kills" ] || [ $tries -gt 3 ] || fail "only $took kills came in time"
finish
