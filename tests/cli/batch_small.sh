#!/usr/bin/env bash
# Thousands of small images in one batch: the same results on one thread and on two, a database below three times its CSV, memory
# that does not grow with what was done.
. "$(dirname "$0")/lib.sh"
python3 "$SOURCE/tests/tools/make_tiny.py" tiny 3000
mkdir few && for image in tiny/im000*.tif tiny/im001*.tif; do ln "$image" few/; done
cat >p.qbi <<'END2'
param input: path = "none.tif"
cells = read(input) |> median(3) |> threshold(60) |> label
save count(cells) to "{input.stem}_cells.csv"
END2
peak() { # folder threads: KiB
    rm -rf out
    python3 - "$QBIC" batch p.qbi "$1" -q -t "$2" -o out <<'PY'
import resource, subprocess, sys
if subprocess.run(sys.argv[1:], stdin=subprocess.DEVNULL).returncode:
    sys.exit('the batch failed')
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
PY
}
dump() {
    python3 -c "import sqlite3
for line in sqlite3.connect('out/results.db').iterdump():
    if 'INTO \"timings\"' not in line:
        print(line)"
}
of_few=$(peak few 2) || fail "$of_few"
of_one=$(peak tiny 1) || fail "$of_one"
cp out/cells.csv one.csv
dump >one.sql
of_all=$(peak tiny 2) || fail "$of_all"
dump >two.sql
same one.csv out/cells.csv
same one.sql two.sql
csv=$(stat -c %s out/cells.csv) db=$(stat -c %s out/results.db)
[ "$db" -lt $((3 * csv)) ] || fail "the database has $db bytes, the CSV $csv"
# 1 KiB for each image in the list, and what the database keeps of its pages
sanitized || [ "$of_all" -lt $((of_few + 2800 + 5000)) ] || fail "peak memory: $of_few KiB for 200 images, $of_all KiB for 3000"
[ "$(sort -t, -k1,1 -s one.csv | cut -d, -f1 | uniq | wc -l)" -ge 2990 ] || fail 'images without rows'
echo "200 images: $of_few KiB, 3000: $of_all KiB; the database is $((100 * db / csv)) % of its CSV"
finish
