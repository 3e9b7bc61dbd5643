#!/usr/bin/env bash
# A batch that is interrupted: once, the images in flight end and no more begin; twice, it stops at once. The exit status is 130, nothing
# half written stays, and the same command goes on to the end of an undisturbed batch.
. "$(dirname "$0")/lib.sh"
echo 'param seed: number = 1
save as(noise([1000, 1000], seed=seed) * 255, u8) to "images/i{seed}.tif"' >make.qbi
cat >p.qbi <<'END2'
param input: path = "x.tif"
smooth = read(input) |> as(f32) |> median(15) |> gaussian(9) |> as(u8)
save count(label(smooth > 127)) to "count.csv"
save smooth to "{input.stem}_smooth.tif"
END2
for k in 1 2 3 4 5 6; do qbic run make.qbi -q -p seed=$k || fail "no image $k"; done

now_ms() { echo $((${EPOCHREALTIME/[.,]/} / 1000)); }
begun=$(now_ms)
qbic batch p.qbi images -q -t 1 -o whole || fail 'the undisturbed batch'
each=$((($(now_ms) - begun) / 6))

stopped() { # signal times: rc, done and the milliseconds from the last signal are set
    rm -rf cut
    "$QBIC" batch p.qbi images -t 1 --json -o cut >events.txt 2>stderr.txt </dev/null &
    local child=$! at
    # in the middle of the second image
    sleep "$(((each * 3 / 2) / 1000)).$(printf '%03d' $(((each * 3 / 2) % 1000)))"
    for _ in $(seq "$2"); do
        kill -s "$1" $child
        sleep 0.02
    done
    at=$(now_ms)
    wait $child
    rc=$?
    took=$(($(now_ms) - at))
    [ $rc -eq 130 ] || fail "$1, $2 times: exit status $rc: $(cat stderr.txt)"
    [ -z "$(find cut -name '*.tmp')" ] || fail "$1, $2 times: left behind: $(find cut -name '*.tmp')"
    done=$(python3 -c "import sqlite3; print(sqlite3.connect('cut/results.db').execute(\"SELECT count(*) FROM images WHERE status = 'done'\").fetchone()[0])")
}
goes_on() {
    expect 0 '^6 done' qbic batch p.qbi images -t 1 -o cut
    same whole/count.csv cut/count.csv
    for k in 1 2 3 4 5 6; do same whole/i$k/i${k}_smooth.tif cut/i$k/i${k}_smooth.tif; done
}
for signal in INT TERM; do
    stopped $signal 1
    [ "$done" -ge 1 ] && [ "$done" -lt 6 ] || fail "$signal: $done images were done"
    grep -q '"event": "end".*"status": 130' events.txt || fail "$signal: no end is told: $(tail -n 1 events.txt)"
    [ "$(grep -c '"state": "done"' events.txt)" = "$done" ] || fail "$signal: $done images are done, others were told"
    grep -q 'not begun: the same command goes on' stderr.txt || fail "$signal: $(cat stderr.txt)"
    goes_on
done
stopped INT 2
[ "$took" -lt $((each / 2 + 300)) ] || fail "twice: it went on for $took ms, an image takes $each ms"
goes_on
finish
