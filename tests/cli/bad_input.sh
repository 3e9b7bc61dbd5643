#!/usr/bin/env bash
# Inputs that cannot be read or measured, and outputs that cannot be written: the right exit status, a clear line, nothing
# left behind, nothing overwritten.
. "$(dirname "$0")/lib.sh"

cat >count.qbi <<'END'
param input: path = "none.tif"
param level: number = 60
image = read(input)
cells = image |> threshold(level) |> label
save count(cells) to "count.csv"
save cells to "labels.tif"
save image to "copy.npy"
END
refuses() { # status, pattern, image
    rm -rf out
    expect "$1" "$2" qbic run count.qbi "$3" -o out
    is_empty out
}
refuses 1 "none.tif.*No such file" none.tif
echo 'this is a text, and long enough for a header' >text.tif
refuses 1 "text.tif.*TIFF" text.tif
: >empty.tif
refuses 1 'empty.tif' empty.tif
refuses 1 'directory' .
make_tiff good.tif pages=6 shape=20x30 rows=7 compress=deflate fill=noise
size=$(stat -c %s good.tif)
for part in 9 50 100 200; do
    head -c $((size * part / 211)) good.tif >truncated.tif
    refuses 1 'truncated.tif' truncated.tif
done
make_tiff short.tif pages=4 shape=20x30 rows=20 compress=deflate fill=noise wrong=short
refuses 1 'short.tif' short.tif
make_tiff short.tif pages=4 shape=20x30 rows=20 fill=noise wrong=short
refuses 1 'short.tif' short.tif
make_tiff shapes.tif pages=3 wrong=shape
refuses 1 'shapes.tif.*(page|shape|size)' shapes.tif
make_tiff types.tif pages=3 wrong=type
refuses 1 'types.tif' types.tif
make_tiff claim.tif wrong=claim
refuses 1 'claim.tif' claim.tif
make_tiff zero.tif wrong=zero
refuses 1 'zero.tif' zero.tif
make_tiff offset.tif wrong=offset
refuses 1 'offset.tif' offset.tif
make_tiff deep.tif wrong=depth
refuses 1 'deep.tif.*2 slices .ImageDepth' deep.tif
make_tiff behind.tif wrong=behind 'text=ImageJ=1.54\nimages=5\nslices=5\n' # as ImageJ writes over 4 GiB, cut off
refuses 1 'behind.tif.*truncated.*5 slices.*of 3' behind.tif
make_tiff behind.tif wrong=behind 'text=ImageJ=1.54\nimages=3\nslices=3\n'
[ "$(qbic info behind.tif | grep -c '3×16×16')" = 1 ] || fail "not read as ImageJ's stack: $(qbic info behind.tif)"
cp good.tif locked.tif
chmod 000 locked.tif
[ -r locked.tif ] || refuses 1 'locked.tif.*Permission' locked.tif

# strange but legal
make_tiff one.tif shape=1x1 fill=const:100
rm -rf out
expect 0 '' qbic run count.qbi one.tif -o out
holds out/count.csv <<<$'label,voxels\n1,1'
make_tiff dark.tif fill=zero
expect 0 '' qbic run count.qbi dark.tif -o out
holds out/count.csv <<<'label,voxels'
for kind in f32 f64; do
    for fill in nan inf; do
        make_tiff $fill.tif type=$kind fill=$fill
        expect 0 '' qbic run count.qbi $fill.tif -o out
    done
done
cat >extremes.qbi <<'END'
param input: path = "nan.tif"
image = read(input)
print min(image), max(image), mean(image), sum(image > 10)
END
expect 0 '' qbic run extremes.qbi nan.tif
grep -qi 'nan nan nan' stdout.txt || fail "statistics of NaN: $(cat stdout.txt)"

# outputs that cannot be written; what stood there stays
make_tiff good.tif fill=noise shape=40x40
echo 'kept' >file
expect 1 'file' qbic run count.qbi good.tif -o file
holds file <<<kept
rm -rf out
mkdir -p out/labels.tif
echo 'kept' >out/count.csv
expect 1 'labels.tif' qbic run count.qbi good.tif -o out
holds out/count.csv <<<kept
[ "$(ls -A out | tr '\n' ' ')" = 'count.csv labels.tif ' ] || fail "left behind: $(ls -A out)"
if [ "$(id -u)" != 0 ]; then
    mkdir -p closed
    chmod 555 closed
    expect 1 'Permission denied' qbic run count.qbi good.tif -o closed
    is_empty closed
fi
expect 1 '/proc/none' qbic run count.qbi good.tif -o /proc/none
echo 'save read("good.tif") + 1 to "good.tif"' >self.qbi
cp good.tif before.tif
expect 2 'good.tif' qbic run self.qbi
same good.tif before.tif
printf 'save ones([4, 4]) to "a.tif"\nsave zeros([4, 4]) to "a.tif"\n' >twice.qbi
expect 2 'a.tif' qbic run twice.qbi -o out2
is_empty out2

# a failure late in the run leaves earlier outputs as they were
make_tiff late.tif pages=6 shape=20x30 rows=20 compress=deflate fill=noise wrong=short
rm -rf out && mkdir out
for name in count.csv labels.tif copy.npy; do echo kept >out/$name; done
expect 1 'late.tif' qbic run count.qbi late.tif -o out --report out/t.json
for name in count.csv labels.tif copy.npy; do holds out/$name <<<kept; done
[ "$(ls -A out | tr '\n' ' ')" = 'copy.npy count.csv labels.tif t.json ' ] || fail "left behind: $(ls -A out)"
[ "$(json out/t.json 'd["status"]')" = 1 ] || fail 'the report of a failed run does not say so'
finish
