#!/usr/bin/env bash
# Only what is needed is read and computed: one slice of a filtered volume of 512 pages decodes 25 pages, in at most 1/12
# of the time; a dead branch on a missing file opens nothing.
. "$(dirname "$0")/lib.sh"
rows=256
sanitized && rows=32
cat >make.qbi <<END
save noise([512, $rows, 256], seed=1) |> rescale(0, 255) |> as(u8) to "pages.tif"
END
qbic run make.qbi -q || fail 'pages'
cat >all.qbi <<'END'
save gaussian(read("pages.tif"), 3) to "all.npy"
END
cat >one.qbi <<'END'
smooth = read("pages.tif") |> gaussian(3)
save smooth[250] to "one.npy"
END
qbic run all.qbi -q -t 2 --report all.json || fail 'all'
qbic run one.qbi -q -t 2 --report one.json || fail 'one'
[ "$(json one.json "d['run']['pages_read']")" = 25 ] || fail "pages read: $(json one.json "d['run']['pages_read']")"
[ "$(json all.json "d['run']['pages_read']")" = 512 ] || fail "pages read: $(json all.json "d['run']['pages_read']")"
python3 - <<END || fail 'the slice is not that of the whole'
rows, n = $rows, $rows * 256 * 4
a, b = open('all.npy', 'rb').read(), open('one.npy', 'rb').read()
assert b[-n:] == a[len(a) - 512 * n + 250 * n:][:n]
END
if ! sanitized; then
    all=$(json all.json "d['run']['wall_s']") one=$(json one.json "d['run']['wall_s']")
    echo "whole: $all s, one slice: $one s"
    python3 -c "import sys; sys.exit(not $one * 12 <= $all)" || fail "one slice takes $one s, the whole $all s"
fi

cat >dead.qbi <<'END'
image = ones([4, 4])
tomato = read("missing.tif") |> gaussian(50)
save image to "ones.tif"
END
expect 0 "'tomato' is not needed by any output" qbic check dead.qbi
expect 0 '' qbic run dead.qbi -q
expect 0 '' qbic graph dead.qbi
grep -q dashed stdout.txt || fail 'the dead node is not dashed'
strace -V >/dev/null 2>&1 && { strace -f -e trace=openat -o trace "$QBIC" run dead.qbi -q; ! grep -q missing.tif trace || fail 'opened'; }
finish
