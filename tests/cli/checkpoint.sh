#!/usr/bin/env bash
# qbic run --checkpoint: whose run may go on, what is said, damage, interruption, outputs on another disk. The kills at random
# moments are in checkpoint_kill.sh.
. "$(dirname "$0")/lib.sh"
cat >make.qbi <<'END'
save as(foam([200, 192, 192], seed=3), u8) to "foam.tif"
END
qbic run make.qbi -q || fail 'no image'
cat >p.qbi <<'END'
param input: path = "foam.tif"
param level: number = 100
image = read(input)
cells = image |> gaussian(2) |> median(5) |> threshold(level) |> label
save count(cells) to "count.csv"
save cells to "labels.tif"
save gaussian(image, 2) to "smooth.tif"
print mean(gaussian(image, 3))
END
qbic run p.qbi -q -o whole >whole.txt || fail 'the pipeline does not run'

# starts it in the background, and returns once there is a checkpoint
start() {
    rm -rf out saved
    "$QBIC" run p.qbi -o out --checkpoint saved --checkpoint-every 0.01 >out.txt 2>err.txt \
        </dev/null &
    child=$!
    for _ in $(seq 400); do
        [ ! -e saved/pass-0 ] || return
        sleep 0.01
    done
    fail 'no checkpoint is made'
}
cut() {
    start
    kill -9 $child 2>/dev/null
    wait $child 2>/dev/null
    [ -e saved/pass-0 ] || fail 'the run was done before it was killed'
    [ ! -e out/labels.tif ] || fail 'an output is there too early'
}
ends_well() { # what standard error says
    expect 0 "$1" qbic run p.qbi -o out --checkpoint saved
    same stdout.txt whole.txt
    diff -r out whole >diff.txt || fail "the folders differ: $(head -n 3 diff.txt)"
    [ ! -e saved ] || fail 'the checkpoint is still there'
}

cut
ends_well "going on from the checkpoint in 'saved': pass [0-9] of [0-9], [0-9]+ % done"
expect 0 '' qbic run p.qbi -q -o out --checkpoint saved
[ ! -s stderr.txt ] || fail "-q says $(cat stderr.txt)"

# another run is refused, and takes nothing away
cut
expect 2 "of another run: it has 'level = 100 \(default\)', this one 'level = 90 " \
    qbic run p.qbi -p level=90 -o out --checkpoint saved
cp p.qbi q.qbi && echo '# a remark is in the provenance of every output' >>q.qbi
expect 2 "of another run: it has 'pipeline sha256 " qbic run q.qbi -o out --checkpoint saved
ends_well 'going on'
cut
cp foam.tif copy.tif && mv copy.tif foam.tif
expect 2 "of another run: it has 'image foam.tif: " qbic run p.qbi -o out --checkpoint saved

# damage in states, in an image on its way, at its end
for damage in 'pass-0 200' 'out-2 2' 'pass-0 cut' 'out-2 cut' 'out-2 gone'; do
    cut
    set -- $damage
    case $2 in
    cut) truncate -s -9 "saved/$1" ;;
    gone) rm "saved/$1" ;;
    *) printf '\377\125' | dd of="saved/$1" bs=1 seek="$2" conv=notrunc status=none ;;
    esac
    case $damage in # what was written behind the last checkpoint does not count
    "out-2 cut") truncate -s 5 saved/out-2 ;;
    esac
    ends_well "the checkpoint in 'saved' is damaged: the run starts over"
done

# interrupted: one more checkpoint, and nothing is left of outputs
start
kill -INT $child
wait $child
[ $? -eq 130 ] || fail 'an interrupted run does not end with 130'
grep -q "the same command goes on from the checkpoint in 'saved'" err.txt || fail "$(cat err.txt)"
is_empty out
ends_well 'going on'

# one run at a time
start
kill -STOP $child
expect 1 "another run works in 'saved': process $child" qbic run p.qbi -o out --checkpoint saved
kill -9 $child
wait $child 2>/dev/null
ends_well 'going on'

# other plans, other folders
cut
expect 0 'made with another plan' qbic run p.qbi -o out --checkpoint saved --no-pass push-slices \
    --no-pass commute-thresholds
mkdir mine && echo kept >mine/notes.txt
expect 2 "'mine' holds other files" qbic run p.qbi -o out --checkpoint mine
[ "$(ls -A mine)" = notes.txt ] || fail "left in the folder of others: $(ls -A mine)"
expect 1 'cannot make the folder' qbic run p.qbi -o out --checkpoint mine/notes.txt/x
expect 2 "'--checkpoint' has an empty value" qbic run p.qbi --checkpoint ''

# outputs on another disk are copied there
if [ -w /dev/shm ] && [ "$(stat -c %d /dev/shm)" != "$(stat -c %d .)" ]; then
    far=$(mktemp -d /dev/shm/qbic-XXXXXX)
    expect 0 '' qbic run p.qbi -q -o "$far/out" --checkpoint saved
    diff -r "$far/out" whole >diff.txt || fail "on another disk: $(head -n 3 diff.txt)"
    rm -rf "$far"
    [ ! -e saved ] || fail 'the checkpoint is still there'
fi
finish
