#!/usr/bin/env bash
# Every fenced qbi block of the README and the manual: checked; and run, where it names only files that exist here. (The
# tutorial has a test of its own.)
. "$(dirname "$0")/lib.sh"
qbic run "$SAMPLES/make_images.qbi" -q || fail 'samples/make_images.qbi'
shopt -s extglob
python3 "$SOURCE/tests/tools/fenced.py" "$WORK" "$SOURCE"/README.md "$SOURCE"/docs/!(tutorial).md || fail 'fenced.py'
n=0
for file in block_*.qbi; do
    [ -e "$file" ] || continue
    n=$((n + 1))
    expect 0 '' qbic check "$file"
    ! grep -q 'is not there' stderr.txt || continue
    expect 0 '' qbic run "$file" -q -o out
done
[ $n -gt 0 ] || fail 'no fenced qbi block was found'
echo "$n blocks"
finish
