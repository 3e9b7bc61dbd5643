#!/usr/bin/env bash
# qbic sweep: every point gives the rows and, byte for byte, the files of a run of its own; lists, ranges, expressions, tables of points;
# mistakes in them; points that fail; what is done again and what not; many images.
. "$(dirname "$0")/lib.sh"

cat >make.qbi <<'END'
param seed: number = 1
save as(blobs([96, 80], seed=seed), u8) to "images/i{seed}.tif"
END
cat >p.qbi <<'END'
param input: path = "cells.tif"  # the image
param filter: stage = median(3)
param level: number in 0..255 = 60
cells = read(input) |> filter |> threshold(level) |> label
save count(cells) to "{input.stem}_count.csv"
save cells to "{input.stem}_labels.tif"
save project(zeros([2, 3, 4]) + level, max) to "level.npy"
print "largest", max(read(input)), "above", level
END
for seed in 1 2 10; do
    qbic run make.qbi -q -p seed=$seed || fail "no image $seed"
done

# singles IMAGE LEVELS FILTERS: what runs of their own give, in the order of the points
singles() {
    local stem
    stem=$(basename "$1" .tif)
    rm -rf one
    for level in $2; do
        for filter in $3; do
            point="level=$level,filter=$filter"
            qbic run p.qbi "$1" -q -o "one/$point" -p level=$level -p "filter=$filter" >one.txt || fail "run at $point"
            tail -n +2 "one/$point/${stem}_count.csv" | sed "s/^/$stem,$level,$filter,/" >>expected.csv
            sed "s/^/$point /" one.txt >>expected.txt
            rm "one/$point/${stem}_count.csv"
        done
    done
}

# ---- the same as single runs ----------------------------------------------------------------------------------
echo image,level,filter,label,voxels >expected.csv
: >expected.txt
singles images/i1.tif '40 60 80' 'median(3) gaussian(1)'
expect 0 '^6 done$' qbic sweep p.qbi images/i1.tif -p level=40,60,80 -p 'filter=median(3), gaussian(1)' -o out
same expected.csv out/count.csv
same expected.txt stdout.txt
rm -rf files && cp -r out files && rm files/count.csv files/results.db
diff -r one files || fail 'files differ from those of single runs'
sql out/results.db 'SELECT image, level, filter, label, voxels FROM count ORDER BY image_id, row_id' | sed 's/\.0|/|/; s/|/,/g' >table.csv
tail -n +2 out/count.csv | cmp -s - table.csv || fail "the database: $(head -n 2 table.csv)"
[ "$(sql out/results.db 'SELECT DISTINCT typeof(level), typeof(filter), typeof(image) FROM count')" = 'real|text|text' ] ||
    fail 'types of columns'
[ "$(sql out/results.db 'SELECT point, level FROM count_named LIMIT 1')" = 'level=40,filter=median(3)|40.0' ] || fail 'the view'
[ "$(sql out/results.db 'SELECT image, level, objects, status FROM images WHERE image_id = 6')" = \
    "i1|80.0|$(grep -c '^i1,80,gaussian' out/count.csv)|done" ] || fail 'images'
[ -z "$(sql out/results.db 'SELECT name FROM params')" ] || fail 'parameters that are swept are none of the run'

# ---- neither threads nor memory nor passes matter -----------------------------------------------------------------
little=40M
! sanitized || little=400M
for options in '-t 1' "-t 3 -m $little" '--no-pass share-nodes' '-t 2 --chunk 3,5'; do
    rm -rf other
    expect 0 '^6 done$' qbic sweep p.qbi images/i1.tif -p level=40,60,80 -p 'filter=median(3),gaussian(1)' -o other $options
    same expected.txt stdout.txt
    diff -r -x results.db out other || fail "with $options"
done

# ---- ranges, lists of ranges, values side by side, tables of points ----------------------------------------------------
names() { # folder: its points in order
    sql "$1"/results.db 'SELECT name FROM images' | tr '\n' ' '
}
expect 0 '^5 done$' qbic sweep p.qbi images/i1.tif -p level=0.1:0.5:0.1 -o range
[ "$(names range)" = 'level=0.1 level=0.2 level=0.3 level=0.4 level=0.5 ' ] || fail "range: $(names range)"
expect 0 '^3 done$' qbic sweep p.qbi images/i1.tif -p level=10:15:2.5 -o range
[ "$(names range)" = 'level=10 level=12.5 level=15 ' ] || fail "range: $(names range)"
expect 0 '^3 done' qbic sweep p.qbi images/i1.tif -p level=1e1:16:3 -o range
[ "$(names range)" = 'level=10 level=13 level=16 ' ] || fail "range: $(names range)"
expect 0 '^2 done' qbic sweep p.qbi images/i1.tif -p level=10:15:3 -o range
[ "$(names range)" = 'level=10 level=13 ' ] || fail "a range that does not reach its end: $(names range)"
expect 0 '^1 done$' qbic sweep p.qbi images/i1.tif -p level=7:7:5 -o range
expect 0 '^4 done$' qbic sweep p.qbi images/i1.tif -p level=5,10:20:5 -o range
[ "$(names range)" = 'level=5 level=10 level=15 level=20 ' ] || fail "lists of ranges: $(names range)"
expect 0 '^2 done$' qbic sweep p.qbi images/i1.tif --zip -p level=40,60 -p 'filter=median(3),gaussian(sigma = [1, 2])' -o zip
[ "$(names zip)" = 'level=40,filter=median(3) level=60,filter=gaussian([1,2]) ' ] || fail "side by side: $(names zip)"
expect 0 '^4 done$' qbic sweep p.qbi images/i1.tif -p level=20+1,30 -p 'filter=median(3),gaussian(1) |> median(3)' -o pipe
grep -q '^i1,21,gaussian(1) |> median(3),1,' pipe/count.csv || fail "an expression: $(tail -n 1 pipe/count.csv)"
ls -d pipe/'level=21,filter=gaussian(1)_median(3)~'???????? >/dev/null 2>&1 ||
    ls -d pipe/level=21,filter=gaussian* | grep -q '~' || fail "a name that no folder can have: $(ls pipe)"
printf 'level,filter\n40,median(3)\n\n60,"gaussian(sigma=[1, 2])"\r\n' >points.csv
expect 0 '^2 done$' qbic sweep p.qbi images/i1.tif --params points.csv -o table
cut -d, -f1,2 table/count.csv | sort -u | tail -n +1 | grep -q '^i1,60$' || fail 'a table of points'
cmp -s table/level=40*/i1_labels.tif zip/level=40*/i1_labels.tif || [ -n "$(ls table)" ] || fail 'files of a table'
printf 'level\n40\n60\n' >levels.csv
expect 0 '^4 done$' qbic sweep p.qbi images/i1.tif --params levels.csv -p 'filter=median(3),gaussian(1)' -o table2
[ "$(names table2 | cut -d' ' -f2)" = 'level=40,filter=gaussian(1)' ] || fail "a table and a list: $(names table2)"
expect 0 '^2 done$' qbic sweep p.qbi -p input=images/i1.tif,images/i2.tif -o paths
grep -q '^i2,images/i2.tif,1,' paths/count.csv || fail "paths: $(tail -n 1 paths/count.csv)"

# ---- what is wrong is told where it stands ------------------------------------------------------------------------
wrong() { # pattern, arguments
    local pattern=$1
    shift
    rm -rf none
    expect 2 "$pattern" qbic sweep p.qbi images/i1.tif -o none "$@"
    [ ! -e none ] || fail "$*: something was written"
}
wrong "^-p:1:1: error: unknown parameter 'levle'" -p levle=1,2
grep -q "did you mean 'level'" stderr.txt || fail "no mend: $(cat stderr.txt)"
wrong "^-p level:1:4: error: a value of 'level' is empty" -p level=10,,20
wrong "^-p level:1:4: error: a value of 'level' is empty" -p level=10,
wrong "^-p level:1:1: error: the step of a range must be above 0, found 0" -p level=10:20:0
wrong 'above 0, found -5' -p level=20:10:-5
wrong '^-p level:1:1: error: the range is empty: its start 20 is above its end 10' -p level=20:10:5
wrong "^-p level:1:3: error: a range is LO:HI:STEP in numbers, found '1:9'" -p level=5,1:9
wrong 'LO:HI:STEP in numbers' -p level=1:9:nan
wrong 'the range has more than 100000 values' -p level=0:1:1e-12
wrong 'the sweep has more than 100000 points' -p level=0:255:0.01 -p 'filter=median(3),median(5),gaussian(1),median(7)'
wrong "^-p level:1:4: error: parameter 'level' takes a number, found a string" -p 'level=10,"x"'
grep -q '10,"x"' stderr.txt || fail "the value is not shown: $(cat stderr.txt)"
wrong "^-p level:1:4: error: 'level' must be between 0 and 255, found 300" -p level=10,300
grep -q 'declared here' stderr.txt || fail 'the declaration is not shown'
wrong '^-p filter:1:11: error: unknown operator .medain' -p 'filter=median(3),medain(5)'
wrong '^-p filter:1:28: error: ' -p level=1,2 -p 'filter=median(3,gaussian(1),median'
wrong "'level' has 3 and 'filter' has 2" --zip -p level=1,2,3 -p 'filter=median(3),gaussian(1)'
wrong "the point 'level=10' comes twice" -p level=10,20,10.0
wrong 'there is nothing to sweep' -p level=10
wrong "'-p' expects NAME=VALUE" -p level
printf 'level,fitler\n1,median(3)\n' >bad.csv
wrong "^bad.csv:1:7: error: unknown parameter 'fitler'" --params bad.csv
grep -q "did you mean 'filter'" stderr.txt || fail "no mend: $(cat stderr.txt)"
printf 'level,filter\n1,median(3)\n2\n' >bad.csv
wrong '^bad.csv:3:1: error: expected 2 values, as in the header, found 1' --params bad.csv
printf 'level,filter\n1,median(3),4\n' >bad.csv
wrong '^bad.csv:2:1: error: expected 2 values, as in the header, found more' --params bad.csv
printf 'level,filter\n1,\n' >bad.csv
wrong '^bad.csv:2:3: error: this cell is empty' --params bad.csv
printf 'level,filter\n1,"median(3)\n' >bad.csv
wrong '^bad.csv:2:3: error: the quotes are not closed' --params bad.csv
printf 'level\n1\n\n900\n' >bad.csv
wrong "^bad.csv:4:1: error: 'level' must be between 0 and 255, found 900" --params bad.csv
printf 'level,level\n1,2\n' >bad.csv
wrong "^bad.csv:1:7: error: there are two columns 'level'" --params bad.csv
printf 'level\n' >bad.csv
wrong 'the table has no line of values' --params bad.csv
: >bad.csv
wrong 'the table is empty' --params bad.csv
wrong "'level' is given twice" --params points.csv -p level=5
expect 1 "cannot open 'none.csv'" qbic sweep p.qbi --params none.csv
expect 1 "cannot open 'none.tif'" qbic sweep p.qbi none.tif -p level=1,2 -o none
[ ! -e none ] || fail 'a missing image left a folder'
sed 's/label$/lable/' p.qbi >broken.qbi
expect 2 "broken.qbi:4:.*unknown operator 'lable'" qbic sweep broken.qbi images/i1.tif -p level=1,2 -o none

# ---- points that fail -----------------------------------------------------------------------------------------------
cat >f.qbi <<'END'
param input: path = "cells.tif"
param z: number = 0
param size: number = 3
cells = median(read(input), size)[z:z + 40] > 60 |> label
save count(cells) to "count.csv"
save cells to "l.tif"
END
expect 3 '^2 done, 4 failed .see failures.$' qbic sweep f.qbi images/i1.tif -p z=0,20,200 -p size=3,4 -o fails
cp stderr.txt fails.txt
[ "$(sql fails/results.db "SELECT count(*) FROM failures")" = "$(sql fails/results.db "SELECT count(*) FROM images WHERE status = 'failed'")" ] ||
    fail 'rows of failures'
[ "$(sql fails/results.db 'SELECT z, size FROM images WHERE status = "done"')" = $'0.0|3.0\n20.0|3.0' ] ||
    fail "done: $(sql fails/results.db 'SELECT name, status FROM images')"
grep -q '^qbic: error: z=0,size=4: f.qbi:4:29: .size. of .median. must be odd' fails.txt || fail "what failed: $(cat fails.txt)"
head -c 4000 images/i1.tif >cut.tif
expect 1 "p.qbi:4:14: error: 'cut.tif' is truncated" qbic sweep p.qbi cut.tif -p level=10,20 -o none
[ ! -e none ] || fail 'a broken image left a folder'

# ---- what is done again ------------------------------------------------------------------------------------------------
again() { # pattern, levels
    expect 0 "$1" qbic sweep p.qbi images/i1.tif -p level=$2 -o again
}
again '^3 done$' 40,50,60
cp again/count.csv before.csv
again '^3 done .3 of them before.$' 40,50,60
same before.csv again/count.csv
again '^4 done .3 of them before.$' 40,45,50,60
expect 0 '^4 done$' qbic sweep p.qbi images/i1.tif -p level=40,45,50,60 -o fresh
diff -r -x results.db fresh again || fail 'a point more'
again '^3 done .3 of them before.$' 40:60:10
same before.csv again/count.csv
rm again/level=50/i1_labels.tif
again '^3 done .2 of them before.$' 40,50,60
touch images/i1.tif
again '^3 done .3 of them before.$' 40,50,60
expect 0 '^3 done$' qbic sweep p.qbi images/i1.tif -p level=40,50,60 -p 'filter=median(5)' -o again
expect 0 '' qbic sweep p.qbi images/i1.tif -p level=40,50,60 -p 'filter=median(7)' -o again --why level=40
grep -q 'level=40: median size .* → ' stdout.txt || fail "why: $(cat stdout.txt)"
expect 0 '^0 of 3 points would run' qbic sweep p.qbi images/i1.tif -p level=40,50,60 -p 'filter=median(5)' -o again --dry-run

# ---- what the points share ---------------------------------------------------------------------------------------------
cat >g.qbi <<'END'
param input: path = "cells.tif"
param level: number = 60
param sigma: number = 3
save count(read(input) |> gaussian(sigma) |> threshold(level) |> label) to "count.csv"
END
expect 0 '^shared: [0-9]+ steps do what [0-9]+ would' qbic sweep g.qbi images/i1.tif -p level=20:130:10 -o shared
expect 0 '^12 of 12 points would run' qbic sweep g.qbi images/i1.tif -p level=20:130:10 -o none --dry-run
grep -qE '^shared: [0-9]+ steps' stderr.txt || fail "a dry run does not tell what is shared: $(tail -n 1 stderr.txt)"
[ ! -e none ] || fail 'a dry run wrote something'

# ---- many images -------------------------------------------------------------------------------------------------------
echo image,level,filter,label,voxels >expected.csv
for k in 1 2 10; do
    singles images/i$k.tif '40 60' 'median(3) gaussian(1)'
done
expect 0 '^12 done$' qbic sweep p.qbi --batch images -p level=40,60 -p 'filter=median(3),gaussian(1)' -o many
same expected.csv many/count.csv
cmp -s "one/level=60,filter=gaussian(1)/i10_labels.tif" "many/i10/level=60,filter=gaussian(1)/i10_labels.tif" ||
    fail 'a file of many images'
expect 0 '^6 done$' qbic sweep p.qbi --batch images --pattern 'i{seed:int}.tif' -p level=40,60 -o named
[ "$(head -n 1 named/count.csv)" = image,seed,level,label,voxels ] || fail "columns: $(head -n 1 named/count.csv)"
head -c 500 images/i1.tif >images/i3.tif
expect 3 '^6 done .6 of them before., 2 failed' qbic sweep p.qbi --batch images --pattern 'i{seed:int}.tif' -p level=40,60 -o named

# ---- the page ----------------------------------------------------------------------------------------------------------
page() { # file, expression over its data d
    python3 - "$@" <<'END'
import json, re, sys
text = open(sys.argv[1]).read()
d = json.loads(re.search(r'id="data">(.*?)</script>', text, re.S).group(1))
print(eval(sys.argv[2]))
END
}
sweep_page() { # pattern, levels
    expect 0 "$1" qbic sweep p.qbi images/i1.tif -p level=$2 -p 'filter=median(3),gaussian(1)' -o paged --report paged/r.html --plot "${3:-objects}"
}
sweep_page '^4 done$' 40,60
[ "$(page paged/r.html '[p["y"] for p in d["points"]]')" = "[$(sql paged/results.db 'SELECT objects FROM images' | paste -sd, | sed 's/,/, /g')]" ] ||
    fail 'the page plots other numbers'
[ "$(page paged/r.html '[p["values"] for p in d["points"]][1], d["parameters"][0]["numeric"], d["plot"]')" = "(['40', 'gaussian(1)'], True, 'objects')" ] ||
    fail "the page: $(page paged/r.html 'd["points"][1]["values"]')"
page paged/r.html '__import__("base64").b64decode(d["points"][3]["picture"])[:8] == b"\x89PNG\r\n\x1a\n"' | grep -q True || fail 'no pictures'
! grep -qE 'src="http|href="http' paged/r.html || fail 'the page needs a network'
sweep_page '^6 done .4 of them before.$' 40,50,60 count.voxels
[ "$(page paged/r.html 'len(d["points"]), all(p["picture"] for p in d["points"]), d["plot"]')" = "(6, True, 'mean count.voxels')" ] || fail 'kept pictures'
page paged/r.html '"%.9g" % d["points"][0]["y"]' >mean.txt
sql paged/results.db "SELECT printf('%.9g', avg(voxels)) FROM count WHERE image_id = 1" >mean_of_table.txt
same mean_of_table.txt mean.txt
expect 2 "there is 'objects', 'count.label', 'count.voxels'" qbic sweep p.qbi images/i1.tif -p level=1,2 -o none --report r.html --plot voxel
expect 2 'expects FILE.html' qbic sweep p.qbi images/i1.tif -p level=1,2 -o none --report r.txt
[ ! -e none ] || fail 'a wrong report left a folder'

finish
