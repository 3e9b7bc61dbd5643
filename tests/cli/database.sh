#!/usr/bin/env bash
# Tables in a SQLite file: new ones appear whole, in one that is there only the named tables are replaced, and a failed run
# changes nothing. Read back by Python's sqlite3.
. "$(dirname "$0")/lib.sh"

cat >two.qbi <<'END'
param level: number = 200
image = noise([64, 64], type=u8, seed=1)
cells = count(label(image > level))
save cells to "out/x.db"
save histogram(image) to "./out/x.db" with (table="grey \"values\"")
save cells to "cells.csv"
END
expect 0 '^wrote out/x.db \(table' qbic run two.qbi
sql out/x.db 'SELECT * FROM cells' | tr '|' ',' >rows.txt
tail -n +2 cells.csv >wanted.txt
same rows.txt wanted.txt
[ "$(sql out/x.db 'SELECT sum("count") FROM "grey ""values"""')" = 4096 ] || fail 'the histogram'
[ "$(sql out/x.db 'PRAGMA integrity_check')" = ok ] || fail 'integrity'
[ "$(ls -A out)" = x.db ] || fail "left beside it: $(ls -A out)"
expect 0 '' qbic verify two.qbi

# what is there already
sql out/x.db 'CREATE TABLE mine(a)'
sql out/x.db 'INSERT INTO mine VALUES(5)'
expect 0 '' qbic run two.qbi -q -p level=250
[ "$(sql out/x.db 'SELECT * FROM mine')" = 5 ] || fail 'a table of the user is gone'
[ "$(sql out/x.db 'SELECT count(*) FROM cells')" = $(($(wc -l <cells.csv) - 1)) ] || fail 'the table was not replaced'

# a run that fails later leaves it as it was; so does a reader that has it open in WAL mode
cp out/x.db before.db
mkdir blocked
touch blocked/file
sed 's|"cells.csv"|"blocked/file/cells.csv"|' two.qbi >fails.qbi
expect 1 'cannot write' qbic run fails.qbi -p level=100
same out/x.db before.db
sql out/x.db 'PRAGMA journal_mode = WAL' >/dev/null
expect 0 '' qbic run two.qbi -q -p level=100
[ "$(sql out/x.db 'PRAGMA integrity_check')" = ok ] || fail 'integrity in WAL mode'
[ "$(sql out/x.db 'SELECT * FROM mine')" = 5 ] || fail 'a table of the user is gone in WAL mode'

# refusals
printf 'save histogram(noise([9, 9], type=u8)) to "text.db"\n' >text.qbi
echo hello >text.db
expect 1 "cannot write 'text.db': it is there and no database" qbic run text.qbi
holds text.db <<<hello
printf 'h = histogram(noise([9, 9], type=u8))\nsave h to "a.db" with (table="t")\nsave h to "a.db" with (table="T")\n' >twice.qbi
expect 2 "twice.qbi:3:1: error: two outputs go to 'a.db'" qbic check twice.qbi
printf 'h = histogram(noise([9, 9], type=u8))\nsave h to "a.db" with (table="sqlite_a")\n' >own.qbi
expect 2 "own.qbi:2:30: error: names that start with 'sqlite_' are the database's own" qbic check own.qbi
printf 'save noise([9, 9]) to "a.db"\n' >image.qbi
expect 2 "'.db' holds a table, found an image" qbic check image.qbi

# a batch gathers it, and its own database is not written into
mkdir images
qbic run "$SAMPLES/make_images.qbi" -q
cp cells.tif images/a.tif
printf 'param input: path = "x.tif"\nsave count(label(read(input) > 60)) to "{input.stem}_cells.db"\n' >each.qbi
expect 0 '' qbic batch each.qbi images -o results
[ "$(sql results/results.db 'SELECT count(*) > 0 FROM cells')" = 1 ] || fail 'the batch has no table'
[ ! -e results/a ] || fail 'the batch wrote a database for each image'
printf 'save histogram(noise([9, 9], type=u8)) to "results.db"\n' >results.qbi
expect 1 'it holds the results of a batch' qbic run results.qbi -o results
finish
