#!/usr/bin/env bash
# qbic explain: the graph before and after each pass, what changed and what it saves.
. "$(dirname "$0")/lib.sh"
qbic run "$SAMPLES/make_images.qbi" -q || fail 'samples/make_images.qbi'
says() { # what, pattern…: lines of the last output
    local what=$1
    shift
    for pattern in "$@"; do
        grep -qE "$pattern" stdout.txt || fail "$what lacks /$pattern/: $(head -n 40 stdout.txt)"
    done
}
part() { # pass: what is said of it, of the last output
    awk -v name="$1" '/^[a-z]/ { on = index($0, name ":") == 1 } on' stdout.txt
}

# the flagship: the median is gone, a majority count stands in its place
expect 0 '' qbic explain "$SAMPLES/count.qbi" cells3d.tif
says count.qbi '^as written: 6 nodes' '^ +2  median\(#1, size=\[5, 5, 5\]\) +image u8 24×96×128 +line 3'
says count.qbi '^eliminate-dead: 1' '^  - +tomato +line 8' '^fuse-labels: 1' '^memory: [0-9.]+ MiB predicted'
part commute-thresholds >commute.txt
grep -qE '^  -   2  median' commute.txt || fail 'the median is not gone'
grep -qE '^  \+   7  count_box\(#3, size=\[5, 5, 5\], need=63\).*for median > 60' commute.txt || fail 'no majority count'
grep -q 'majority count' commute.txt || fail 'no reason'
grep -qE 'saves: about .* s of work' commute.txt || fail 'no savings'
grep -qE '^  ~   4  label\(#7' commute.txt || fail 'label does not read the count'
! part push-slices | grep -q median || fail 'the median came back'
expect 0 '' qbic explain "$SAMPLES/count.qbi" cells3d.tif --no-pass commute-thresholds
says 'with the pass off' '^commute-thresholds: off'
expect 0 '' qbic explain "$SAMPLES/count.qbi" cells3d.tif -p 'filter=gaussian(2)' -p level=7+5
says overrides 'gaussian\(#1' '^commute-thresholds: nothing to do' '^fold-constants: 1'

# a chain of maps is a threshold, which commutes
printf 'image = read("cells3d.tif")\nsave 1 - median(image, 3) / 255 > 0.8 to "a.tif"\n' >table.qbi
expect 0 '' qbic explain table.qbi
part tabulate | grep -qE '^  \+ +[0-9]+  lt\(#2, 52\)' || fail "no threshold: $(part tabulate)"
part commute-thresholds | grep -qE 'count_box.*for median < 52' || fail 'the threshold does not commute'

# slices: how many indices are read instead of how many
printf 'image = read("cells3d.tif")\nsave median(image, 5)[::-1][3:5] to "a.tif"\n' >slice.qbi
expect 0 '' qbic explain slice.qbi
says slices '^push-slices: ' '  1  read: 6 of 24 pages' '^  saves: [0-9]+ % of the voxels'
expect 0 '' qbic explain slice.qbi --no-pass push-slices
says 'slices, off' '^push-slices: off'
printf 'image = read("cells3d.tif")\nsave gaussian(image, 1)[4::9, 3:60:2, -5:] to "a.tif"\n' >steps.qbi
expect 0 '' qbic run steps.qbi -q --report r.json
[ "$(json r.json 'd["run"]["pages_read"]')" = 24 ] || fail "steps read $(json r.json 'd["run"]["pages_read"]') pages"
printf 'image = read("cells3d.tif")\nsave median(image, 3)[4::9, 3:60:2, -5:] to "a.tif"\n' >steps.qbi
expect 0 '' qbic run steps.qbi -q --report r.json
[ "$(json r.json 'd["run"]["pages_read"]')" = 9 ] || fail "steps read $(json r.json 'd["run"]["pages_read"]') pages"
expect 0 '' qbic explain steps.qbi
says steps '  1  read: 9 of 24 pages, rows 2\.\.[0-9]+ of 96, columns 12[0-9]\.\.127 of 128'

printf 'image = read("cells3d.tif")\nsave project(median(image, 3), max)[10:20, 5:9] to "a.tif"\n' >lines.qbi
expect 0 '' qbic explain lines.qbi
says 'lines of a projection' '^push-slices: ' '  1  read: 24 of 24 pages, rows 9\.\.20 of 96, columns 4\.\.9 of 128'
printf 'm = project(read("cells3d.tif"), max)\nsave m[10:20] to "a.tif"\nsave m to "b.tif"\n' >lines.qbi
expect 0 '' qbic explain lines.qbi
says 'a projection that is also whole' '^push-slices: nothing to do'

expect 0 '' qbic explain "$SAMPLES/count.qbi" cells3d.tif --json
python3 - <<'END' || fail 'explain --json'
import json
rows = {r['pass']: r for r in map(json.loads, open('stdout.txt'))}
assert list(rows)[0] == 'as written' and list(rows)[-1] == 'push-slices', list(rows)
c = rows['commute-thresholds']
assert c['changed'] == 1 and 'majority' in c['why'] and c['work_s'] < rows['tabulate']['work_s'], c
assert any(n['mark'] == '-' and n['node'].startswith('median') for n in c['nodes'])
assert any(n['mark'] == '+' and n['node'].startswith('count_box') for n in c['nodes'])
END
expect 1 'none.tif' qbic explain "$SAMPLES/count.qbi" none.tif
expect 2 "unknown pass 'comute" qbic explain "$SAMPLES/count.qbi" cells.tif --no-pass comute-thresholds
ls ./*.csv 2>/dev/null && fail 'explain wrote something'
finish
