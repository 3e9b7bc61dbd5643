#!/usr/bin/env bash
# SIGINT and SIGTERM during a run: exit status 130, no output, no temporary file, earlier outputs as they were.
. "$(dirname "$0")/lib.sh"
cat >long.qbi <<'END'
image = noise([400, 512, 512], seed=1)
save median(gaussian(image, 4), 5) to "out.npy"
save label(median(image, 7) > 0.5) to "labels.tif"
END

interrupted() { # signal, seconds, times
    rm -rf out spill && mkdir out spill
    echo kept >out/out.npy
    TMPDIR=$WORK/spill "$QBIC" run long.qbi -q -o out >/dev/null 2>stderr.txt </dev/null &
    local child=$! rc=0
    sleep "$2"
    for _ in $(seq "$3"); do
        kill -s "$1" $child 2>/dev/null
        sleep 0.02
    done
    wait $child || rc=$?
    [ $rc -eq 130 ] || fail "$1 after $2 s: exit status $rc, expected 130; $(cat stderr.txt)"
    holds out/out.npy <<<kept
    [ "$(ls -A out)" = out.npy ] || fail "$1 after $2 s left $(ls -A out | tr '\n' ' ')"
    is_empty spill
}
# A shell without job control starts children with SIGINT ignored; a program that catches it is not concerned.
interrupted INT 1 1
grep -q interrupted stderr.txt || fail "no word of the interruption: $(cat stderr.txt)"
interrupted TERM 0.5 1
interrupted INT 0.5 2
interrupted INT 2 3
finish
