#!/usr/bin/env bash
# Commands that are killed at random moments and begun again end as undisturbed ones: databases but for their timings, tables,
# images, what is printed. KILLS=N: how many kills for each command (300 for a thorough test); COMMANDS='batch …': those alone.
. "$(dirname "$0")/lib.sh"
kills=${KILLS:-12}

# name, exit status, the command; OUT is the folder that is compared. One line each.
commands() {
    cat <<'END2'
sweep    3  sweep s.qbi --batch scans/scan1 --batch cut.tif -p level=40:130:3 -p filter=median(3),gaussian(1),median(5) -o OUT
batch    3  batch p.qbi images -o OUT
patterns 0  batch v.qbi scans --volumes --pattern scan{n:int} -t 2 -o OUT
watch    3  watch p.qbi images -o OUT --until 42 --idle 60s
saved    0  run r.qbi -o OUT --checkpoint OUT.saved --checkpoint-every 0.02
END2
}

cat >make.qbi <<'END2'
param seed: number = 1
param name: string = "images/i"
save as(blobs([384, 384], seed=seed), u8) to "{name}{seed}.tif"
END2
cat >p.qbi <<'END2'
param input: path = "cells.tif"
cells = read(input) |> median(9) |> threshold(60) |> label
save count(cells) to "{input.stem}_count.csv"
save cells to "{input.stem}_labels.tif"
print "largest", max(read(input))
END2
cat >v.qbi <<'END2'
param input: path = "cells.tif"
cells = read(input) |> median(5) |> threshold(60) |> label
save count(cells) to "{input.stem}_count.csv"
save cells to "{input.stem}_labels.tif"
END2
cat >s.qbi <<'END2'
param input: path = "cells.tif"
param filter: stage = median(3)
param level: number = 60
cells = read(input) |> filter |> threshold(level) |> label
save count(cells) to "{input.stem}_count.csv"
save cells to "{input.stem}_labels.tif"
print "largest", max(read(input)), "above", level
END2
cat >r.qbi <<'END2'
image = foam([96, 200, 200], seed=3)
cells = gaussian(image, 1) |> median(5) |> threshold(otsu(image)) |> label
save count(cells) to "count.csv"
save cells to "labels.tif"
save project(gaussian(image, 2), max) to "top.png"
print mean(image)
END2
for seed in $(seq 40); do
    qbic run make.qbi -q -p seed=$seed || fail "no image $seed"
done
head -c 1000 images/i7.tif >images/i41.tif
: >images/i42.tif
head -c 1000 images/i7.tif >cut.tif
for scan in 1 2 3 4; do
    mkdir -p scans/scan$scan
    for z in 1 2 3 10; do
        cp images/i$((scan * 4 + z)).tif scans/scan$scan/z$z.tif
    done
done

dump() { # folder: its databases as text, but for what differs from run to run
    python3 - "$1" <<'PY'
import pathlib, sqlite3, sys
for path in sorted(pathlib.Path(sys.argv[1]).rglob('*.db')):
    db = sqlite3.connect(path)
    print(path.name, db.execute('PRAGMA integrity_check').fetchone()[0])
    for line in db.iterdump():
        if 'INTO "timings"' not in line:
            print(line)
PY
}

as_command() { # folder command…: the arguments, the folder in them
    local folder=$1
    shift
    words=()
    for word in "$@"; do
        words+=("${word//OUT/$folder}")
    done
}

compare() { # what
    dump cut >cut.sql
    cmp -s whole.sql cut.sql || fail "$1: the databases differ: $(diff whole.sql cut.sql | head -n 4)"
    cmp -s whole.txt cut.txt || fail "$1: what is printed differs"
    diff -r -x '*.db' whole cut >diff.txt || fail "$1: the folders differ: $(head -n 3 diff.txt)"
}

now_ms() { echo $((${EPOCHREALTIME/[.,]/} / 1000)); }

# Up to three kills, then the command to its end.
disturb() { # name status command…; kills come up to `longest` milliseconds after the start
    local name=$1 status=$2 rc ms child
    shift 2
    rm -rf cut
    as_command cut "$@"
    for _ in $(seq $((1 + RANDOM % 3))); do
        ms=$((RANDOM % longest + 1))
        "$QBIC" "${words[@]}" >cut.txt 2>/dev/null </dev/null &
        child=$!
        timeout "$((ms / 1000)).$(printf '%03d' $((ms % 1000)))" tail --pid=$child -s 0.01 -f /dev/null
        kill -9 $child 2>/dev/null
        wait $child 2>/dev/null
        if [ $? -eq 137 ]; then
            took=$((took + 1))
        else # it was faster: the machine has more time for it than before
            longest=$((longest * 9 / 10 + 2))
        fi
    done
    qbic "${words[@]}" >cut.txt 2>cut.err
    rc=$?
    [ $rc -eq "$status" ] || fail "$name: gone on with, it ended with $rc: $(tail -n 1 cut.err)"
    compare "$name after $took kills"
}

all=0
while read -r name status command; do
    [[ " ${COMMANDS:-$name} " == *" $name "* ]] || continue
    rm -rf whole
    as_command whole $command
    begun=$(now_ms)
    qbic "${words[@]}" >whole.txt 2>whole.err
    rc=$?
    longest=$(($(now_ms) - begun + 20))
    [ $rc -eq "$status" ] || fail "$name: undisturbed, it ended with $rc: $(tail -n 1 whole.err)"
    dump whole >whole.sql
    took=0
    for ((try = 0; took < kills && try < 10 * kills && failures < 10; try++)); do
        disturb "$name" "$status" $command
    done
    [ $took -ge "$kills" ] || [ $failures -gt 0 ] || fail "$name: only $took kills came in time"
    all=$((all + took))
done < <(commands)
echo "$all kills"
finish
