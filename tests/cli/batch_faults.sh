#!/usr/bin/env bash
# A batch whose n-th write, fsync, rename or open fails, for every n (FAULTS=N: at so many places, spread over all; 0: at all of them);
# a small full disk. Whatever happens: no image that was told to be done is lost, the database is whole, no image file is half
# written, and the same command again ends as an undisturbed batch does.
. "$(dirname "$0")/lib.sh"
! sanitized || skip 'a library that is loaded first and a sanitizer do not go together'
[ -f "${FAIL_LIBRARY:-}" ] || skip 'no library that fails calls (FAIL_LIBRARY)'
places=${FAULTS:-24}
cat >make.qbi <<'END2'
param seed: number = 1
save as(blobs([64, 64], seed=seed), u8) to "images/i{seed}.tif"
END2
cat >p.qbi <<'END2'
param input: path = "cells.tif"
cells = read(input) |> threshold(60) |> label
save count(cells) to "{input.stem}_count.csv"
save cells to "{input.stem}_labels.tif"
print "largest", max(read(input))
END2
for seed in $(seq 6); do
    qbic run make.qbi -q -p seed=$seed || fail "no image $seed"
done
: >images/i7.tif

cat >judge.py <<'END2'
import json, os, shutil, sqlite3, sys
# judge.py FOLDER EVENTS: what was told to be done is in the database, and so are its files; on a copy, so that nothing is mended here
folder, events = sys.argv[1:3]
done = set()
for line in open(events, errors='replace'):
    if line.startswith('{') and line.endswith('}\n'):
        event = json.loads(line)
        if event['event'] == 'image' and event['state'] == 'done':
            done.add(event['image'])
shutil.rmtree('copy', ignore_errors=True)
if not os.path.exists(folder):
    sys.exit('told of images without a folder' if done else 0)
shutil.copytree(folder, 'copy')
rows = set()
if os.path.exists('copy/results.db'):
    db = sqlite3.connect('copy/results.db')
    if db.execute('PRAGMA integrity_check').fetchone()[0] != 'ok':
        sys.exit('the database is damaged')
    if db.execute("SELECT count(*) FROM sqlite_master WHERE name = 'images'").fetchone()[0]:
        rows = {name for name, in db.execute("SELECT name FROM images WHERE status = 'done'")}
        for name in done:
            n = db.execute('SELECT count(*) FROM count_named WHERE image = ?', (name,)).fetchone()[0]
            if n != db.execute('SELECT objects FROM images WHERE name = ?', (name,)).fetchone()[0]:
                sys.exit(f'rows of {name} are missing')
if done - rows:
    sys.exit(f'lost: {sorted(done - rows)}')
for name in rows:
    if not os.path.exists(f'copy/{name}/{name}_labels.tif'):
        sys.exit(f'the labels of {name} are missing')
END2
dump() { # database
    python3 - "$1" <<'PY'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
print(db.execute('PRAGMA integrity_check').fetchone()[0])
for line in db.iterdump():
    if 'INTO "timings"' not in line:
        print(line)
PY
}
goes_on() { # what was done to it: the same command again ends well
    expect 3 '6 done' qbic batch p.qbi images -o cut
    dump cut/results.db >cut.sql
    cmp -s whole.sql cut.sql || fail "$1: the database differs: $(diff whole.sql cut.sql | head -n 3)"
    cmp -s whole.txt stdout.txt || fail "$1: what is printed differs"
    diff -r -x results.db whole cut >diff.txt || fail "$1: the folders differ: $(head -n 3 diff.txt)"
}

qbic batch p.qbi images -o whole >whole.txt 2>/dev/null
[ $? -eq 3 ] || fail 'the undisturbed batch did not end with 3'
dump whole/results.db >whole.sql

with_fault() { # n errno on
    rm -rf cut
    FAIL_UNDER=/cut/:cut/:etilqs FAIL_AT=$1 FAIL_ERRNO=$2 FAIL_ON=$3 FAIL_COUNT=count.txt LD_PRELOAD=$FAIL_LIBRARY \
        "$QBIC" batch p.qbi images -t 2 --json -o cut >events.txt 2>stderr.txt </dev/null
}
with_fault 0 5 0
rc=$?
[ $rc -eq 3 ] || fail "counting: exit status $rc: $(head -n 3 stderr.txt)"
total=$(cat count.txt)
[ "$total" -gt 40 ] || fail "only $total calls were seen"
step=1
[ "$places" -eq 0 ] || step=$(((total + places - 1) / places))
told=0 ended=0
for kind in '28 0' '5 0' '28 1'; do
    for n in $(seq $((1 + RANDOM % step)) $step "$total"); do
        with_fault "$n" $kind
        rc=$?
        [ $rc -le 3 ] || fail "call $n, errno $kind: exit status $rc: $(head -n 3 stderr.txt)"
        python3 judge.py cut events.txt >judged.txt 2>&1 || fail "call $n, errno $kind: $(tail -n 1 judged.txt); $(head -n 3 stderr.txt)"
        [ $rc -eq 1 ] && ended=$((ended + 1))
        grep -q '"state": "done"' events.txt && told=$((told + 1))
        goes_on "call $n, errno $kind"
    done
done
[ "$ended" -gt 0 ] && [ "$told" -gt 0 ] || fail "faults ended $ended batches, images were told in $told"

# ---- tried again ------------------------------------------------------------------------------------------------
once() { # options…: the first file of labels that is made cannot be written
    rm -rf cut
    FAIL_UNDER=_labels.tif FAIL_AT=1 FAIL_CALLS=write LD_PRELOAD=$FAIL_LIBRARY "$QBIC" batch p.qbi images -t 1 -o cut "$@" \
        >stdout.txt 2>stderr.txt </dev/null
}
once
grep -q '^5 done, 2 failed' stderr.txt || fail "one write failed: $(tail -n 1 stderr.txt)"
once --retry 1
grep -q '^6 done, 1 failed' stderr.txt || fail "tried again: $(tail -n 1 stderr.txt)"
dump cut/results.db | cmp -s whole.sql - || fail 'tried again: the database differs'

# ---- power loss -----------------------------------------------------------------------------------------------
# A file has its bytes on the disk before it gets its name, its name before the database says that it is done.
rm -rf cut trace.txt
FAIL_TRACE=trace.txt FAIL_UNDER=/cut:cut/ LD_PRELOAD=$FAIL_LIBRARY "$QBIC" batch p.qbi images -t 2 -o cut >events.txt 2>stderr.txt </dev/null
python3 - "$WORK" <<'PY' || fail 'the order of what is forced to the disk'
import sys
work, lines = sys.argv[1], [line.split(' ', 1) for line in open('trace.txt').read().splitlines()]
def first(call, path, after):
    for k in range(after, len(lines)):
        if lines[k][0] == call and lines[k][1].rstrip('/').endswith(path):
            return k
    sys.exit(f'no {call} of {path} after call {after}')
last_wal = max(k for k, (call, path) in enumerate(lines) if call == 'fsync' and path.endswith('results.db-wal'))
for k in range(1, 7):
    named = first('rename', f'cut/i{k}/i{k}_labels.tif', 0)
    bytes_forced = [j for j, (call, path) in enumerate(lines[:named]) if call == 'fsync' and f'/cut/i{k}/.i{k}_labels.tif.' in path]
    assert bytes_forced, f'i{k}: named before its bytes were forced'
    folder, top = first('fsync', f'/cut/i{k}', named), first('fsync', '/cut', named)
    assert max(folder, top) < last_wal, f'i{k}: no commit after its name was forced'
first('fsync', 'cut/count.csv', 0)
PY

# ---- a full disk ----------------------------------------------------------------------------------------------
if unshare -m true 2>/dev/null; then
    cat >inside.sh <<'END2'
for size in 16 48 64 80 96 112 128 144 160; do
    mkdir -p cut && mount -t tmpfs -o size=${size}k none cut || exit 77
    "$QBIC" batch p.qbi images --json -o cut >events.txt 2>stderr.txt
    rc=$?
    [ $rc -eq 1 ] || [ $rc -eq 3 ] || echo "$size KiB: exit status $rc: $(head -n 3 stderr.txt)"
    python3 judge.py cut events.txt >judged.txt 2>&1 || echo "$size KiB: $(tail -n 1 judged.txt)"
    rm -rf kept && cp -r cut kept
    umount cut && rm -rf cut && mv kept cut
    "$QBIC" batch p.qbi images -o cut >stdout.txt 2>stderr.txt
    diff -r -x results.db whole cut || echo "$size KiB: the folders differ"
    cmp whole.txt stdout.txt
    cp cut/results.db "after_$size.db"
    rm -rf cut
done
END2
    export QBIC
    unshare -m bash inside.sh >full.txt 2>&1
    rc=$?
    if [ $rc -eq 77 ]; then
        echo 'left out: no right to mount a small file system here'
    else
        [ ! -s full.txt ] || fail "a full disk: $(head -n 5 full.txt)"
        for db in after_*.db; do
            dump "$db" >cut.sql
            same whole.sql cut.sql
        done
    fi
else
    echo 'left out: no right to mount a small file system here'
fi
finish
