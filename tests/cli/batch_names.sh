#!/usr/bin/env bash
# What a batch takes from names: columns by --pattern, folders of numbered slices as volumes; databases that are not its own.
. "$(dirname "$0")/lib.sh"

cat >make.qbi <<'END2'
param name: string = "x"
param seed: number = 1
save as(blobs([64, 48], seed=seed), u8) to "{name}.tif"
END2
cat >p.qbi <<'END2'
param input: path = "cells.tif"
cells = read(input) |> threshold(60) |> label
save count(cells) to "{input.stem}_count.csv"
save cells to "{input.stem}_labels.tif"
END2
make() { qbic run make.qbi -q -p name="$1" -p seed="$2" || fail "cannot make $1"; }

# ---- columns ------------------------------------------------------------------------------------------------
seed=0
for site in 1 2 10; do
    make "plate/p1_A01_s$site" $((seed += 1))
    make "plate/p1_B,2_s$site" $((seed += 1))
done
expect 0 '^6 done$' qbic batch p.qbi plate -o out --pattern '{plate}_{well}_s{site:int}.tif'
[ "$(head -n 1 out/count.csv)" = image,plate,well,site,label,voxels ] || fail "the CSV starts with $(head -n 1 out/count.csv)"
[ "$(tail -n +2 out/count.csv | cut -d, -f1-4 | grep A01 | uniq | tr '\n' ' ')" = 'p1_A01_s1,p1,A01,1 p1_A01_s2,p1,A01,2 p1_A01_s10,p1,A01,10 ' ] ||
    fail "columns: $(cut -d, -f1-4 out/count.csv | uniq)"
grep -q '^"p1_B,2_s1",p1,"B,2",1,' out/count.csv || fail 'a comma in a name is not in quotes'
[ "$(sql out/results.db "SELECT name, plate, well, site, typeof(site), typeof(well) FROM images WHERE image_id = 3")" = 'p1_A01_s10|p1|A01|10|integer|text' ] ||
    fail "images: $(sql out/results.db 'SELECT * FROM images')"
sql out/results.db "SELECT image, plate, well, site, label, voxels FROM count_named WHERE well = 'A01' ORDER BY image_id, label" | tr '|' , >view.csv
grep A01 out/count.csv | cmp -s - view.csv || fail 'the view differs from the CSV'
# names are no part of what is computed: other columns, or none, keep the results
expect 0 '6 done .6 of them before' qbic batch p.qbi plate -o out --pattern '{rest}_s{site:float}.tif'
[ "$(sql out/results.db "SELECT rest, site, typeof(site) FROM images WHERE image_id = 3")" = 'p1_A01|10.0|real' ] || fail 'other columns'
expect 0 '6 done .6 of them before' qbic batch p.qbi plate -o out
expect 0 '^6 done$' qbic batch p.qbi plate -o fresh
same out/count.csv fresh/count.csv
python3 - out/results.db fresh/results.db <<'PY' || fail 'the databases differ'
import sqlite3, sys
a, b = ([l for l in sqlite3.connect(p).iterdump() if 'INTO "timings"' not in l] for p in sys.argv[1:])
for x, y in zip(a, b):
    if x != y:
        print(x, y, sep='\n')
sys.exit(a != b)
PY
# folders of a path; braces
expect 0 '^6 done$' qbic batch p.qbi plate -o outf --pattern '{folder}/{rest}.tif'
[ "$(sql outf/results.db "SELECT DISTINCT folder FROM images")" = plate ] || fail 'a folder of the path'
make 'braces/a{1}b' 1
expect 0 '^1 done$' qbic batch p.qbi braces -o outb --pattern 'a{{{n:int}}}b.tif'
[ "$(sql outb/results.db "SELECT n FROM images")" = 1 ] || fail 'braces'
# a name that does not match is a failure of that image; where none matches the pattern is wrong
make plate/other 20
expect 3 '6 done, 1 failed' qbic batch p.qbi plate -o outm --pattern '{plate}_{well}_s{site:int}.tif'
[ "$(sql outm/results.db "SELECT image, message FROM failures_named")" = "other|its name does not match '{plate}_{well}_s{site:int}.tif'" ] ||
    fail "failures: $(sql outm/results.db 'SELECT * FROM failures_named')"
mv plate/other.tif plate/p1_C_sx.tif
expect 3 '6 done .6 of them before., 1 failed' qbic batch p.qbi plate -o outm --pattern '{plate}_{well}_s{site:int}.tif'
expect 2 "no image's name matches '{a}-{b}.tif'; the first is 'plate/p1_A01_s1.tif'" qbic batch p.qbi plate -o outn --pattern '{a}-{b}.tif'
expect 2 "expects the type int, float or str, found 'whole'" qbic batch p.qbi plate -o outn --pattern '{a:whole}.tif'
expect 2 "expects a text between '{a}' and '{b}'" qbic batch p.qbi plate -o outn --pattern '{a}{b}.tif'
expect 2 "has the column 'a' twice" qbic batch p.qbi plate -o outn --pattern '{a}_{a}.tif'
expect 2 "expects '}' behind '{a'" qbic batch p.qbi plate -o outn --pattern '{a'
expect 2 "without its '{'" qbic batch p.qbi plate -o outn --pattern '{a}}.tif'
expect 2 "expects a column such as" qbic batch p.qbi plate -o outn --pattern '{1a}.tif'
expect 2 "no column such as" qbic batch p.qbi plate -o outn --pattern '*.tif'
expect 2 "cannot call a column 'voxels'" qbic batch p.qbi plate -o outn --pattern '{voxels}.tif'
expect 2 "cannot call a column 'status'" qbic batch p.qbi plate -o outn --pattern '{status}.tif'
[ ! -e outn ] || fail 'a refused batch made its folder'

# ---- numbered slices ----------------------------------------------------------------------------------------
for scan in a b; do
    for z in 1 2 3 10 11; do
        make "scans/scan_$scan/z$z" $((z + (seed += 20)))
    done
done
cat >v.qbi <<'END2'
param input: path = "cells.tif"
cells = read(input) |> threshold(60) |> label
save count(cells) to "{input.stem}_count.csv"
save cells to "{input.stem}_labels.tif"
END2
expect 0 '^2 done$' qbic batch v.qbi scans --volumes -o outv --pattern 'scan_{sample}'
[ "$(cut -d, -f1,2 outv/count.csv | uniq | tr '\n' ' ')" = 'image,sample scan_a,a scan_b,b ' ] || fail "volumes: $(cut -d, -f1,2 outv/count.csv | uniq)"
[ "$(sql outv/results.db 'SELECT DISTINCT shape FROM images')" = 5x64x48 ] || fail 'shapes of volumes'
[ -f outv/scan_b/scan_b_labels.tif ] || fail "a volume's files: $(find outv -name '*.tif')"
qbic run v.qbi 'scans/scan_a/*.tif' -q -o one
tail -n +2 one/scan_a_count.csv | sed 's/^/scan_a,a,/' >expected.csv
grep ^scan_a outv/count.csv | cmp -s - expected.csv || fail 'a volume differs from the single run'
expect 0 '2 done .2 of them before' qbic batch v.qbi scans/scan_a scans/scan_b --volumes -o outv --pattern 'scan_{sample}'
expect 0 '2 done .2 of them before' qbic batch v.qbi 'scans/scan_*' --volumes -o outv --pattern 'scan_{sample}'
cp scans/scan_a/z1.tif scans/scan_a/z2.tif
expect 0 '2 done .1 of them before' qbic batch v.qbi scans --volumes -o outv --pattern 'scan_{sample}'
cp scans/scan_a/z1.tif scans/scan_a/z12.tiff
expect 3 '1 done .1 of them before., 1 failed' qbic batch v.qbi scans --volumes -o outv --pattern 'scan_{sample}'
grep -q 'different endings' stderr.txt || fail "mixed endings: $(cat stderr.txt)"
expect 0 '^11 done$' qbic batch p.qbi scans -r -o outs # without it they are images

# ---- databases of others --------------------------------------------------------------------------------------
foreign() { # SQL: a database made so is refused and stays as it is, byte for byte
    rm -rf other && mkdir other
    python3 -c 'import sqlite3, sys; d = sqlite3.connect("other/results.db"); d.executescript(sys.argv[1]); d.close()' "$1"
    cp other/results.db before.db
    expect 1 "$2" qbic batch p.qbi braces -o other
    expect 1 "$2" qbic batch p.qbi braces -o other --dry-run
    same before.db other/results.db
    [ "$(ls -A other)" = results.db ] || fail "left beside another's database: $(ls -A other)"
}
foreign 'CREATE TABLE t(a); INSERT INTO t VALUES(1)' "is no database of qbic's"
foreign 'PRAGMA journal_mode = WAL; CREATE TABLE t(a); INSERT INTO t VALUES(1)' "is no database of qbic's"
foreign 'CREATE TABLE runs(a); PRAGMA application_id = 1902274915; PRAGMA user_version = 1' 'has version 1, this qbic writes version'
foreign 'CREATE TABLE runs(a); PRAGMA application_id = 1902274915; PRAGMA user_version = 99' 'has version 99, this qbic writes version'
finish
