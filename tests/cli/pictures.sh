#!/usr/bin/env bash
# Pictures, pixel by pixel: colours of labels, outlines, orthogonal slices, size bars; in less memory than the volume; and whatever
# the threads and chunks, the same bytes.
. "$(dirname "$0")/lib.sh"
export PYTHONPATH=$SOURCE/tests/tools PYTHONDONTWRITEBYTECODE=1
qbic run "$SAMPLES/make_images.qbi" -q || fail 'samples/make_images.qbi'

check() { # python, which may use Png
    python3 -c 'from png import Png
'"$1" >check.txt 2>&1 || fail "$1: $(tail -n 3 check.txt)"
}

# ---- labels: a colour for each, everywhere the same
cat >labels.qbi <<'END'
cells = label(read("cells.tif") > 60)
save cells to "all.png"
save cells[10:60, 20:100] to "part.png"
save cells to "cells.npy" with (type=u32)
END
expect 0 '' qbic run labels.qbi -q
check '
import struct
a, b = Png("all.png"), Png("part.png")
assert (a.height, a.width, a.samples) == (96, 128, 3)
assert b.pixel == [row[20:100] for row in a.pixel[10:60]]
raw = open("cells.npy", "rb").read()
v = struct.unpack("<%dI" % (96 * 128), raw[-4 * 96 * 128:])
colours = {}
for k, label in enumerate(v):
    colours.setdefault(label, set()).add(a.pixel[k // 128][k % 128])
assert all(len(c) == 1 for c in colours.values()) and colours[0] == {(0, 0, 0)}
assert len(set().union(*colours.values())) == len(colours) > 10'

# ---- overlay: grey as it is, outlines in the colours of the labels
cat >overlay.qbi <<'END'
image = read("cells.tif")
cells = label(image > 60)
save overlay(image, cells) to "overlay.png"
save overlay(image, cells) to "overlay.tif"
save overlay(image, cells) to "overlay.npy"
save overlay(image, image > 60) to "mask.png"
save overlay(image, cells, low=20, high=120) to "stretched.png"
save image to "image.png"
save cells to "cells.png"
save boundaries(cells) to "edge.png"
save overlay(read("cells3d.tif"), label(read("cells3d.tif") > 60)) to "deep.npy"
print read("overlay.tif.copy") == 0
END
sed -i '$d' overlay.qbi
expect 0 '' qbic run overlay.qbi -q
check '
o, i, c, e, m, s = (Png(f + ".png") for f in ("overlay", "image", "cells", "edge", "mask", "stretched"))
assert o.samples == 3 and i.samples == 1 and e.samples == 1
edges = 0
for y in range(96):
    for x in range(128):
        grey = i.pixel[y][x]
        edge = e.pixel[y][x] == 255
        edges += edge
        assert o.pixel[y][x] == (c.pixel[y][x] if edge else (grey,) * 3), (y, x)
        assert m.pixel[y][x] == ((213, 94, 0) if edge else (grey,) * 3), (y, x)
        if not edge:
            assert abs(s.pixel[y][x][0] - min(max((grey - 20) * 2.55, 0), 255)) <= 0.5, (y, x)
assert edges > 200
raw = open("overlay.npy", "rb").read()
assert b"(96, 128, 3)" in raw[:128] and b"|u1" in raw[:128]
assert raw[-96 * 128 * 3:] == bytes(s for row in o.pixel for p in row for s in p)
assert b"(24, 96, 128, 3)" in open("deep.npy", "rb").read()[:128]'
cat >luma.qbi <<'END'
save read("overlay.tif", channel=0) to "red.png"
save read("overlay.tif", channel=2) to "blue.png"
END
expect 0 '' qbic run luma.qbi -q
check '
o, r, b = Png("overlay.png"), Png("red.png"), Png("blue.png")
assert [[p[0] for p in row] for row in o.pixel] == r.pixel and [[p[2] for p in row] for row in o.pixel] == b.pixel'

# ---- a picture of floats leaves out what is no number
cat >nan.qbi <<'END'
x = as(read("cells.tif"), f32)
save where(x > 100, log(x - 300), x) to "nan.png"
save where(x > 100, 0, x) to "plain.png"
END
expect 0 '' qbic run nan.qbi -q
check 'assert Png("nan.png").pixel == Png("plain.png").pixel and max(map(max, Png("nan.png").pixel)) == 255'

# ---- ortho: where the slices are, and in proportion
make_tiff deep.tif pages=9 shape=20x31 fill=noise:4 voxel=1.5,0.5,0.5
make_tiff cube.tif pages=9 shape=20x31 fill=noise:4
cat >ortho.qbi <<'END'
v = read("cube.tif")
save ortho(v, at=[2, -1, 7], gap=3) to "ortho.png"
save v[2] to "z.png"
save v[:, -1] to "y.png"
save v[:, :, 7] to "x.png"
save ortho(read("deep.tif")) to "deep.png"
save read("deep.tif")[:, 10] to "deep_y.png"
END
expect 0 '' qbic run ortho.qbi -q
check '
o, z, y, x, d, dy = (Png(f + ".png") for f in ("ortho", "z", "y", "x", "deep", "deep_y"))
assert (o.height, o.width) == (20 + 3 + 9, 31 + 3 + 9)
assert [r[:31] for r in o.pixel[:20]] == z.pixel and [r[:31] for r in o.pixel[23:]] == y.pixel
assert [[o.pixel[i][34 + k] for i in range(20)] for k in range(9)] == x.pixel
assert all(o.pixel[i][k] == 0 for i in range(32) for k in range(43) if 20 <= i < 23 or 31 <= k < 34 or (i > 22 and k > 33))
assert (d.height, d.width) == (20 + 2 + 27, 31 + 2 + 27)
assert [r[:31] for r in d.pixel[22:]] == [dy.pixel[k // 3] for k in range(27)]'

# ---- a size bar: of the length that it says, on request; on overlays without being asked
make_tiff sized.tif pages=1 shape=200x300 fill=const:60 dots=20000,20000,3
cat >bar.qbi <<'END'
v = read("sized.tif")
save v to "bar.png" with (bar=true)
save v to "bare.png"
save label(v > 3) to "label_bar.png" with (bar=true)
save overlay(v, v > 100) to "over.png"
save overlay(v, v > 100) to "over_bare.png" with (bar=false)
END
expect 0 '' qbic run bar.qbi -q
check '
a, b, l, o, p = (Png(f + ".png") for f in ("bar", "bare", "label_bar", "over", "over_bare"))
assert all(v == 60 for row in b.pixel for v in row) and p.pixel[190][290] == (60, 60, 60)
runs = [len(r) for row in a.pixel for r in "".join("#" if v == 255 else " " for v in row).split()]
# voxels of 0.5 um, 300 of them: a bar of 20 um is 40 pixels long
assert max(runs) == 40, max(runs)
changed = [(y, x) for y in range(200) for x in range(300) if a.pixel[y][x] != 60]
assert min(y for y, x in changed) > 150 and min(x for y, x in changed) > 200 and max(x for y, x in changed) < 299
assert {(y, x) for y in range(200) for x in range(300) if o.pixel[y][x] != (60,) * 3} == set(changed)
assert l.samples == 3 and l.pixel[0][0] != (0, 0, 0)'

# ---- the same bytes, however it is computed
expect 0 '' qbic verify "$SAMPLES/pictures.qbi" foam.tif
mkdir one two
expect 0 '' qbic run "$SAMPLES/pictures.qbi" foam.tif -q -t 1 -o one
expect 0 '' qbic run "$SAMPLES/pictures.qbi" foam.tif -q -t 2 --chunk 3,7 -o two
for file in one/*; do
    same "$file" "two/${file#one/}"
done

# ---- memory: slices of a volume that does not fit
sanitized && finish
cat >big.qbi <<'END'
save full([120, 1000, 1000], 7, type=u8) to "big.tif"
END
expect 0 '' qbic run big.qbi -q
echo 'save ortho(read("big.tif")) to "ortho.png"' >one.qbi
echo 'v = read("big.tif") save montage(v[::40, ::4, ::4]) to "montage.png"' | sed 's/ save/\nsave/' >two.qbi
echo 'v = read("big.tif") save overlay(v, v > 7)[60:62] to "over.png"' | sed 's/ save/\nsave/' >three.qbi
for file in one two three; do
    expect 0 '' qbic run $file.qbi -q -m 32M -t 2 --report r.json
    [ "$(json r.json 'd["run"]["memory"]["peak"] <= 32 * 2**20')" = True ] ||
        fail "$file: $(json r.json 'd["run"]["memory"]')"
done
[ "$(json r.json 'd["run"]["pages_read"]')" = 2 ] || fail "two slices of an overlay read $(json r.json 'd["run"]["pages_read"]') pages"
echo 'save montage(read("big.tif")[::40]) to "m.png"' >few.qbi
expect 0 '' qbic run few.qbi -q --report r.json
[ "$(json r.json 'd["run"]["pages_read"]')" = 3 ] || fail "a montage of 3 slices reads $(json r.json 'd["run"]["pages_read"]') pages"
finish
