#!/usr/bin/env bash
# A disk that fills up while outputs or spilled data are written: exit status 1, a clear line, nothing left behind.
. "$(dirname "$0")/lib.sh"
mkdir small
# a private mount namespace, so that nothing outside sees the small disk
unshare -m true 2>/dev/null || skip 'no right to mount a small file system here'

cat >big.qbi <<'END'
image = noise([16, 256, 256], seed=1)
save image to "noise.npy"
save label(image > 0.5) to "labels.tif"
END
cat >inside.sh <<'END'
mount -t tmpfs -o size=1m none small || exit 77
"$QBIC" run big.qbi -q -o small 2>stderr.txt
echo $? >status
ls -A small >left
END
export QBIC
unshare -m bash inside.sh
[ $? -ne 77 ] || skip 'cannot mount a small file system here'
[ "$(cat status)" = 1 ] || fail "exit status $(cat status), expected 1: $(head -n 3 stderr.txt)"
grep -q 'No space left' stderr.txt || fail "no word of the full disk: $(head -n 3 stderr.txt)"
[ ! -s left ] || fail "left behind: $(cat left)"
finish
