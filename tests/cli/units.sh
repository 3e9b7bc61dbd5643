#!/usr/bin/env bash
# Voxel sizes from the file to the file: what each operator makes of them, and lengths that become voxels by them.
. "$(dirname "$0")/lib.sh"

make_tiff fine.tif pages=9 shape=12x13 fill=noise voxel=0.1,0.1,0.1
make_tiff v.tif pages=20 shape=24x28 fill=noise voxel=2,0.5,0.25
make_tiff w.tif pages=20 shape=24x28 fill=noise:1
make_tiff other.tif pages=20 shape=24x28 fill=noise:1 voxel=2,0.5,0.5
make_tiff small.tif pages=20 shape=24x27 fill=noise:1 voxel=2,0.5,0.25
make_tiff cube.tif pages=20 shape=24x28 fill=noise voxel=0.5,0.5,0.5
# read WANTED KEY=VALUE…: the voxel size of a volume of such a file
read_size() {
    local wanted=$1
    shift
    make_tiff size.tif pages=3 shape=5x6 "$@"
    found=$(qbic info size.tif | sed -n 's/^  voxel size   //p')
    [ "$found" = "$wanted" ] || fail "voxel size of a file with $*: $found, expected $wanted"
}
ome='<?xml version="1.0"?><OME><Image><Pixels SizeX="6" SizeY="5" SizeZ="3" SizeC="1" SizeT="1" DimensionOrder="XYCZT" Type="uint8"'
read_size unknown
read_size '? × 1 × 0.5 um' dots=20000,10000,3
read_size '? × 25.4 × 254 um' dots=100,1000,2
read_size unknown dots=2,2,1
read_size unknown dots=0,0,3
read_size '2 × 1 × 0.5 um' dots=2,1,1 'text=ImageJ=1.54\nimages=3\nslices=3\nunit=um\nspacing=2\n'
read_size '2 × 1 × 0.5 um' dots=2,1,1 'text=ImageJ=1.54\nimages=3\nslices=3\nunit=\u00B5m\nspacing=2\n'
read_size '0.002 × 0.001 × 0.0005 um' dots=2,1,1 'text=ImageJ=1.54\nimages=3\nslices=3\nunit=nm\nspacing=2\n'
read_size unknown dots=2,1,1 'text=ImageJ=1.54\nimages=3\nslices=3\nunit=pixel\nspacing=2\n'
read_size '2 × 0.5 × 0.25 um' "text=$ome PhysicalSizeX=\"250\" PhysicalSizeXUnit=\"nm\" PhysicalSizeY=\"0.5\" PhysicalSizeZ=\"0.002\" PhysicalSizeZUnit=\"mm\"></Pixels></Image></OME>"
read_size '? × ? × 0.25 um' "text=$ome PhysicalSizeX=\"0.25\" PhysicalSizeY=\"0\"></Pixels></Image></OME>"
read_size unknown "text=$ome></Pixels></Image></OME>"

head='v = read("v.tif")
w = read("w.tif")
m = v > 50
l = label(m)'

# size EXPRESSION WANTED: the voxel size of the image that is saved, as `info` reads it
size() {
    printf '%s\nsave %s to "o.tif"\n' "$head" "$1" >size.qbi
    expect 0 '' qbic run size.qbi
    qbic info o.tif | sed -n 's/^  voxel size   //p' >found.txt
    [ "$(cat found.txt)" = "$2" ] || fail "voxel size of '$1': $(cat found.txt), expected $2"
}

# what keeps it
while read -r line; do
    size "$line" '2 × 0.5 × 0.25 um'
done <<'END'
v
v + 1
1 - v
v + w
w + v
v ** 2
-v
m
not m
m and w > 3
w > 3 and m
l
l > 1
where(m, v, 0)
where(m, w, 0)
where(w > 3, v, w)
where(w > 3, 0, v)
as(v, f32)
as(m, u8)
like(v, w)
clip(v, 0, 10)
invert(v)
rescale(v)
sqrt(v)
threshold(v, 3)
gaussian(v, 1)
uniform(v, 3)
median(v, 3)
rank(v, 3, 0)
minimum(v, 3)
maximum(v, 3)
erode(m, ball(1))
dilate(v, box(3))
open(m, ball(1))
close(v, cross(1))
tophat(v, ball(1))
dog(v, 1, 2)
unsharp(v)
background(v, 2)
v[2:10, 3:, :9]
crop(v, 3, 4)
v[::-1]
END

# what changes it
while IFS=: read -r line wanted; do
    size "${line//;/:}" "$wanted"
done <<'END'
v[;;2]:4 × 0.5 × 0.25 um
v[;, ;;-3]:2 × 1.5 × 0.25 um
v[;;-1, ;;2, ;;4]:2 × 1 × 1 um
v[3]:0.5 × 0.25 um
v[;, 3]:2 × 0.25 um
v[;, ;, 3]:2 × 0.5 um
project(v, max):0.5 × 0.25 um
project(v, mean, axis=1):2 × 0.25 um
project(v, mean, axis=2):2 × 0.5 um
montage(v):0.5 × 0.25 um
w:unknown
w + 1:unknown
where(w > 3, w, 0):unknown
zeros([4, 5, 6]):unknown
END

# what other readers are told
printf 'save read("v.tif") |> median(3) to "o.tif"\n' >told.qbi
expect 0 '' qbic run told.qbi
grep -aq '^unit=um$' o.tif && grep -aq '^spacing=2$' o.tif && grep -aq 'ImageJ=' o.tif || fail 'no words for ImageJ'

# equal A B: with a length and with the voxels that it is, byte for byte
equal() {
    printf 'v = read("%s")\nm = v > 50\nsave %s to "a.npy"\nsave %s to "b.npy"\n' "${3:-v.tif}" "$1" "$2" >equal.qbi
    expect 0 '' qbic run equal.qbi
    same a.npy b.npy
}
equal 'gaussian(v, 2 um)' 'gaussian(v, [1, 4, 8])'
equal 'gaussian(v, [2 um, 3 px, 500 nm])' 'gaussian(v, [1, 3, 2])'
equal 'gaussian(v, 0.001 mm)' 'gaussian(v, [0.5, 2, 4])'
equal 'gaussian(v, sigma=1 um + 1 px)' 'gaussian(v, [1.5, 3, 5])'
equal 'median(v, 1.5 um)' 'median(v, [1, 3, 7])' # 0.75, 3 and 6: the nearest odd, of two the larger
equal 'median(v, [2 um, 5 px, 5 px])' 'median(v, [1, 5, 5])'
equal 'dog(v, 0.5 um, 2 um)' 'dog(v, [0.25, 1, 2], [1, 4, 8])'
equal 'unsharp(v, 2 um)' 'unsharp(v, [1, 4, 8])'
equal 'erode(m, ball(2 um))' 'erode(m, ball(4))' cube.tif
equal 'tophat(v, ball(1 um))' 'tophat(v, ball(2))' cube.tif
equal 'erode(m, cross(1 um))' 'erode(m, box([1, 5, 1])) and erode(m, box([1, 1, 9]))'
equal 'erode(m, ball(0.5 um))' 'erode(m, box([1, 3, 1])) and erode(m, box([1, 1, 5]))' # 0.25 × 1 × 2 voxels
equal 'dilate(v[3] > 50, disk(0.5 um))' 'dilate(v[3] > 50, box([3, 1])) or dilate(v[3] > 50, box([1, 5]))'
equal 'erode(m, ball(0.3 um))' 'erode(m, ball(3))' fine.tif # 0.3 / 0.1 is a little less than 3
equal 'background(v, 1.5 um)' 'background(v, 3)' cube.tif
equal 'background(v, 1 um)' 'open(v, box([3, 5, 9]))'
equal 'open(m, box([2 um, 3 px, 0.75 um]))' 'open(m, box([1, 3, 3]))'
equal 'gaussian(v, 2 um)[3]' 'gaussian(v, [1, 4, 8])[3]'
equal 'gaussian(v[::2], 2 um)' 'gaussian(v[::2], [0.5, 4, 8])'
equal 'v[3] |> gaussian(1 um)' 'gaussian(v[3], [2, 4])'

# wrong PATTERN EXPRESSION [ARGUMENTS…]
wrong() {
    local pattern=$1 line=$2
    shift 2
    {
        echo 'param level: number = 3'
        printf '%s\nother = read("other.tif")\nsmall = read("small.tif")\nprint %s\n' "$head" "$line"
    } >wrong.qbi
    expect 2 "$pattern" qbic check wrong.qbi "$@"
}
wrong "wrong.qbi:8:24: error: the image has no voxel size, so '2 um' cannot be turned into voxels" 'mean(gaussian(w, 2 um))'
wrong "give 'sigma' in voxels" 'mean(w |> gaussian(2 um))'
wrong 'no voxel size' 'sum(erode(w > 3, ball(2 um)))'
wrong "'level' of 'threshold' takes a number, found a length" 'sum(threshold(v, level=3 um))'
wrong "level.*number.*found a length" 'sum(threshold(v, level))' -p 'level=3 um'
wrong "'>' takes .*, found a length" 'sum(v > 3 um)'
wrong "a time" 'mean(gaussian(v, 2 s))'
wrong 'voxel sizes differ: 0.25 µm and 0.5 µm' 'mean(v + other)'
wrong 'shapes differ: 20×24×28 and 20×24×27' 'mean(v + small)'
wrong 'shapes differ: 20×24×28 and 20×24×27' 'mean(where(m, small, v))'
finish
