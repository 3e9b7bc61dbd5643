#!/usr/bin/env bash
# qbic fmt: files are replaced whole or left alone, --check names those that differ, the samples are in the layout.
. "$(dirname "$0")/lib.sh"

cat >loose.qbi <<'END'
a=zeros([4,4]) # four by four
bcd = a+1
print   mean( bcd )
END
cat >laid.qbi <<'END'
a   = zeros([4, 4])  # four by four
bcd = a + 1
print mean(bcd)
END
cp loose.qbi one.qbi
expect 1 '' qbic fmt --check laid.qbi one.qbi
echo one.qbi | cmp -s - stdout.txt || fail '--check does not name what differs'
same one.qbi loose.qbi
chmod 640 one.qbi
expect 0 '' qbic fmt one.qbi laid.qbi
same one.qbi laid.qbi
[ "$(stat -c %a one.qbi)" = 640 ] || fail 'the permissions changed'
expect 0 '' qbic fmt --check one.qbi laid.qbi
"$QBIC" fmt - <loose.qbi | cmp -s - laid.qbi || fail 'standard input'

# a link stays a link, a file that is laid out already is not written
cp loose.qbi real.qbi
ln -s real.qbi link.qbi
expect 0 '' qbic fmt link.qbi
[ -L link.qbi ] || fail 'the link was replaced'
same real.qbi laid.qbi
touch -d '2020-01-01' real.qbi
expect 0 '' qbic fmt real.qbi
[ "$(stat -c %Y real.qbi)" = "$(date -d 2020-01-01 +%s)" ] || fail 'a file in the layout was written anew'

# mistakes: told, and left alone; others are laid out all the same
printf 'a = (1\nprint a\n' >wrong.qbi
cp wrong.qbi kept.qbi
cp loose.qbi one.qbi
expect 2 "wrong.qbi:1:7: error: missing '\)'" qbic fmt wrong.qbi one.qbi
same wrong.qbi kept.qbi
same one.qbi laid.qbi
expect 1 "cannot open 'none.qbi'" qbic fmt none.qbi
expect 2 'expected a pipeline' qbic fmt
if [ "$(id -u)" != 0 ]; then
    mkdir locked && cp loose.qbi locked/ && chmod a-w locked
    expect 1 "cannot write 'locked/loose.qbi'" qbic fmt locked/loose.qbi
    same locked/loose.qbi loose.qbi
fi
[ -z "$(find . -name '*.tmp')" ] || fail 'something was left behind'

# names that are not imported or found are no matter for the layout
printf 'print medain(x)\n' >names.qbi
expect 0 '' qbic fmt --check names.qbi

expect 0 '' qbic fmt --check "$SAMPLES"/*.qbi "$SOURCE"/stdlib/*/*.qbi
python3 "$SOURCE/tests/tools/fenced.py" "$WORK" "$SOURCE"/README.md "$SOURCE"/docs/*.md
expect 0 '' qbic fmt --check block_*.qbi
[ ! -s stdout.txt ] || cat stdout.txt

# a new pipeline is in the layout, checks, and runs
expect 0 'wrote cells.qbi' qbic new cells
expect 1 "'cells.qbi' is there already" qbic new cells
expect 1 "'cells.qbi' is there already" qbic new cells.qbi
expect 2 'expected one name' qbic new
expect 1 "cannot write 'none/cells.qbi'" qbic new none/cells
expect 0 '' qbic fmt --check cells.qbi
qbic run "$SAMPLES/make_images.qbi" -q || fail 'samples/make_images.qbi'
for image in cells.tif cells3d.tif; do
    expect 0 '' qbic run cells.qbi "$image" -o out
    grep -q '^share of the image that is object: 0\.' stdout.txt || fail "no objects in $image"
done
finish
