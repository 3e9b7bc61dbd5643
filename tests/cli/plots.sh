#!/usr/bin/env bash
# Plots: the bars are as high as what they count, the SVG is XML that says what it shows, and both are the same each time.
. "$(dirname "$0")/lib.sh"
export PYTHONPATH=$SOURCE/tests/tools PYTHONDONTWRITEBYTECODE=1
qbic run "$SAMPLES/make_images.qbi" -q || fail 'samples/make_images.qbi'
cat >plots.qbi <<'END'
image = read("cells.tif")
cells = label(image > 60)
sizes = count(cells)
save sizes to "sizes.csv"
save plot(sizes, x="voxels", bins=7) to "bins.png"
save sizes |> plot(x="voxels", bins=7) to "bins.svg"
save histogram(image) to "grey.svg"
save histogram(image, bins=20) to "grey.png"
save histogram(image, bins=20) to "grey.csv"
save plot(sizes, x="label", y="voxels") to "scatter.png"
save plot(sizes, x="label", y="voxels", kind=line, log_y=true, title="a < b & c") to "line.svg"
save plot(count(label(image > 255)), x="voxels") to "none.png"
END
expect 0 '' qbic run plots.qbi -q
python3 - >check.txt 2>&1 <<'END' || fail "plots: $(tail -n 3 check.txt)"
import csv
from png import Png
from xml.dom import minidom

BLUE = (0, 114, 178)


def bars(path):
    """The heights of the bars, from left to right, by the pixels of the baseline's row and up."""
    p = Png(path)
    assert (p.height, p.width, p.samples) == (800, 1280, 3) and p.pixel[0][0] == (255, 255, 255)
    foot = max(y for y in range(800) if BLUE in p.pixel[y])
    height = [sum(p.pixel[y][x] == BLUE for y in range(foot + 1)) for x in range(1280)]
    return p, height


def groups(height):
    out, run = [], []
    for h in height + [0]:
        if h:
            run.append(h)
        elif run:
            out.append(max(run))
            run = []
    return out


# seven bins of the sizes, as numpy counts them
sizes = [int(row['voxels']) for row in csv.DictReader(open('sizes.csv'))]
lo, hi = min(sizes), max(sizes)
count = [0] * 7
for s in sizes:
    count[min(6, int((s - lo) * 7 / (hi - lo)))] += 1
page, height = bars('bins.png')
got = groups(height)
want = [c for c in count if c]
assert len(got) == len(want), (got, want)
for g, w in zip(got, want):
    assert abs(g / max(got) - w / max(want)) < 0.01, (got, want)
assert page.text['Description'].startswith('qbic ')

# twenty bins of grey values
rows = [int(row['count']) for row in csv.DictReader(open('grey.csv'))]
assert len(rows) == 20
page, height = bars('grey.png')
left, right = min(x for x in range(1280) if height[x]), max(x for x in range(1280) if height[x])
for k, n in enumerate(rows):
    x = round(left + (k + 0.5) * (right + 1 - left) / 20)
    assert abs(height[x] / max(height) - n / max(rows)) < 0.01, (k, height[x], n)

# a disc for each object
page = Png('scatter.png')
blue = sum(b - r > 60 for row in page.pixel for r, g, b in row)
assert 50 * len(sizes) < blue < 130 * len(sizes), (blue, len(sizes))  # of 3 points' radius, at 2 pixels a point
assert not any(BLUE == p for row in Png('none.png').pixel for p in row)

for path, title in (('bins.svg', 'sizes'), ('grey.svg', 'histogram(image)'), ('line.svg', 'a < b & c')):
    svg = minidom.parse(path).documentElement
    assert svg.tagName == 'svg' and svg.getAttribute('width') == '640pt'
    assert svg.getElementsByTagName('title')[0].firstChild.data == title
    assert 'sha256' in svg.getElementsByTagName('desc')[0].firstChild.data
    assert len(svg.getElementsByTagName('path')) > 20
    assert 'surface' not in open(path).read() and '<image' not in open(path).read()
END

# the same bytes from any run, and from none of its folders
mkdir other
expect 0 '' qbic run plots.qbi -q -t 1 -o other
for file in bins.png bins.svg grey.svg grey.png scatter.png line.svg none.png; do
    same "$file" "other/$file"
done
expect 0 '' qbic verify plots.qbi

# whole or not at all
rm -f bins.png
mkdir taken taken/bins.svg
expect 1 'bins.svg' qbic run plots.qbi -q -o taken
rm -rf taken/bins.svg
is_empty taken

# a batch writes them beside the other files of each image, and again when the plot is called something else
mkdir images
cp cells.tif images/a.tif
cp cells.tif images/b.tif
cat >batch.qbi <<'END'
param input: path = "none.tif"
sizes = count(label(read(input) > 60))
save plot(sizes, x="voxels") to "sizes.png"
save sizes to "sizes.csv"
END
expect 0 '' qbic batch batch.qbi images -o results -q
[ -f results/a/sizes.png ] && [ -f results/b/sizes.png ] || fail "the batch's plots: $(find results)"
cp results/a/sizes.png before.png
sed -i 's/sizes/areas/; s/plot(sizes/plot(areas/; s/save sizes/save areas/' batch.qbi
expect 0 '' qbic batch batch.qbi images -o results -q
! cmp -s before.png results/a/sizes.png || fail 'a plot with another title is not made again'
finish
