#!/usr/bin/env bash
# -p, --params and positional images: what wins, what is refused, and what the report says of where a value came from.
. "$(dirname "$0")/lib.sh"
qbic run "$SAMPLES/make_images.qbi" -q || fail 'samples/make_images.qbi'

cat >count.qbi <<'END'
param input: path = "cells.tif"  # the image
param filter: stage = median(3)
param level: number in 0..255 = 60
param name: string = "table"
image = read(input)
save image |> filter |> threshold(level) |> label |> count to "{name}.csv"
print "level", level
END
value() { json t.json "[(p['value'], p['from']) for p in d['params'] if p['name'] == '$1'][0]"; }

qbic run count.qbi -q --report t.json >stdout.txt || fail 'defaults'
[ "$(value level)" = "('60', 'default')" ] || fail "level: $(value level)"
[ "$(cat stdout.txt)" = 'level 60' ] || fail "printed: $(cat stdout.txt)"
qbic run count.qbi -q -p level=20 -p name=other >stdout.txt || fail '-p level=20'
[ -s other.csv ] || fail 'a string parameter is not taken as it is'
[ "$(cat stdout.txt)" = 'level 20' ] || fail "printed: $(cat stdout.txt)"

for filter in gaussian 'gaussian(sigma=2)' 'gaussian(sigma=2) |> median(3)' 'median([3, 5])'; do
    qbic run count.qbi -q -p "filter=$filter" >/dev/null || fail "filter=$filter"
done
cp cells.tif 'a=b.tif'
qbic run count.qbi -q -p 'input=a=b.tif' >/dev/null || fail 'a value with an equals sign'

cat >p.json <<'END'
{"level": 30, "filter": "gaussian(sigma=1.5)", "name": "from {file}"}
END
qbic run count.qbi -q --params p.json --report t.json >stdout.txt || fail '--params'
[ "$(value level)" = "('30', 'file')" ] || fail "level: $(value level)"
[ -s 'from {file}.csv' ] || fail 'a JSON string is not taken as it is'
qbic run count.qbi -q --params p.json -p level=40 --report t.json >stdout.txt || fail '--params and -p'
[ "$(value level)" = "('40', 'command line')" ] || fail "level: $(value level)"

rm -rf out
expect 2 "unknown parameter 'levle'" qbic run count.qbi -o out -p levle=3
grep -q "did you mean 'level'" stderr.txt || fail 'no suggestion for an unknown parameter'
expect 2 "0..255" qbic run count.qbi -o out -p level=300
grep -q 'count.qbi:3' stderr.txt || fail 'a value out of its domain does not show the line that declares it'
expect 2 '' qbic run count.qbi -o out -p 'level=1 +'
expect 2 'batch' qbic run count.qbi cells.tif cells.tif -o out
echo '{"level": {"a": 1}}' >p.json
expect 2 "p.json: 'level' is an object" qbic run count.qbi -o out --params p.json
echo '{"level": 1' >p.json
expect 2 'p.json:' qbic run count.qbi -o out --params p.json
echo '[1]' >p.json
expect 2 'expected one JSON object' qbic run count.qbi -o out --params p.json
cat >p.toml <<'END'
level = 30 # grey values
filter = "gaussian(sigma=1.5)"
name = "from {toml} \"file\""
END
qbic run count.qbi -q --params p.toml --report t.json >stdout.txt || fail '--params p.toml'
[ "$(value level)" = "('30', 'file')" ] || fail "level: $(value level)"
[ -s 'from {toml} "file".csv' ] || fail 'a TOML string is not taken as it is'
printf 'level = 1\nlevel = 2\n' >p.toml
expect 2 "p.toml:2:9: cannot redefine existing integer 'level'" qbic run count.qbi -o out --params p.toml
printf 'level = 1\n\nfilter = \n' >p.toml
expect 2 'p.toml:3:10: ' qbic run count.qbi -o out --params p.toml
printf 'level = 1979-05-27\n' >p.toml
expect 2 'p.toml:1:9: dates, times, nan and inf are no values' qbic run count.qbi -o out --params p.toml
printf '[level]\na = 1\n' >p.toml
expect 2 "p.toml: 'level' is an object" qbic run count.qbi -o out --params p.toml
expect 2 "a file that ends in .json or .toml, found 'p.yaml'" qbic run count.qbi -o out --params p.yaml
expect 1 "cannot open 'none.json'" qbic run count.qbi -o out --params none.json
is_empty out

# the same image by three ways, the same table
for way in "cells.tif" "-p input=cells.tif" ""; do
    qbic run count.qbi -q $way -o "by$((n = ${n:-0} + 1))" >/dev/null
done
same by1/table.csv by2/table.csv
same by1/table.csv by3/table.csv
finish
