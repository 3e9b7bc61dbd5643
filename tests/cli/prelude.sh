#!/usr/bin/env bash
# Operators whose code is qbi: the same bytes as that code written out, the types they promise, and the words of operators.
. "$(dirname "$0")/lib.sh"

# equal TYPE SHAPE CALL CODE: the call gives what its code gives, byte for byte
equal() {
    cat >equal.qbi <<END
image = noise([$2], type=f32, seed=5) * 40000 - 20 |> as($1)
save $3 to "call.npy"
save $4 to "code.npy"
END
    expect 0 '' qbic run equal.qbi
    same call.npy code.npy
}

for type in u8 i16 u16 u32 f32 f64; do
    for shape in '37, 41' '9, 17, 23'; do
        equal $type "$shape" 'tophat(image, box(5))' "(image - open(image, box(5))) |> as($type)"
        equal $type "$shape" 'image |> tophat(cross(2), dark=true)' "(close(image, cross(2)) - image) |> as($type)"
        equal $type "$shape" 'dog(image, 1, high=2.5)' 'gaussian(image, 1) - gaussian(image, 2.5)'
        equal $type "$shape" 'unsharp(image)' 'image + (image - gaussian(image, 1)) * 1'
        equal $type "$shape" 'unsharp(image, amount=0.5)' 'image + (image - gaussian(image)) * 0.5'
        equal $type "$shape" 'background(image, 4)' 'open(image, box(9))'
        equal $type "$shape" 'open(image, cross(2))' 'dilate(erode(image, cross(2)), cross(2))'
        equal $type "$shape" 'image |> close(box(5))' 'erode(dilate(image, box(5)), box(5))'
        equal $type "$shape" '(image > 20) |> open(cross(1))' 'dilate(erode(image > 20, cross(1)), cross(1))'
    done
done

for type in u8 i16 u32; do
    printf 'image = noise([40, 50], type=f32, seed=2) * 90 |> as(%s)\nprint mean_level(image) == mean(image)\n' $type >mean.qbi
    expect 0 '' qbic run mean.qbi
    holds stdout.txt <<<true
done
printf 'image = sqrt(noise([40, 50], type=f32) - 0.5)\nprint mean_level(image) > 0, mean(image) > 0\n' >mean.qbi
expect 0 '' qbic run mean.qbi # NaN is left out
grep -q true stdout.txt && grep -q false stdout.txt || fail "mean_level with NaN: $(cat stdout.txt)"

# stages, units, own names
cat >stage.qbi <<'END'
param filter: stage = tophat(disk(2)) |> threshold(10)
image = noise([30, 30], type=u8, seed=1)
print sum(image |> filter), sum(tophat(image, disk(2)) > 10)
END
expect 0 '' qbic run stage.qbi
[ "$(cut -d' ' -f1 stdout.txt)" = "$(awk '{ print $NF }' stdout.txt)" ] || fail "a stage differs: $(cat stdout.txt)"
expect 0 '' qbic run stage.qbi -p 'filter=background(3) |> threshold(20)'

cat >own.qbi <<'END'
def tophat(image: image) = image + 1
print mean(tophat(zeros([4, 4])))
END
expect 0 "here 'tophat' is this file's own, not the operator" qbic check own.qbi
expect 0 '' qbic run own.qbi
holds stdout.txt <<<1
cat >own.qbi <<'END'
def open(image: image, element: element) = image + 1000
print max(tophat(ones([4, 4]), box(3)))
END
expect 0 "here 'open' is this file's own" qbic check own.qbi
expect 0 '' qbic run own.qbi
holds stdout.txt <<<0

# mistakes stand where the call stands
wrong() { # PATTERN EXPRESSION
    printf 'v = noise([8, 20, 20], type=u8)\nprint mean(%s)\n' "$2" >wrong.qbi
    expect 2 "$1" qbic check wrong.qbi
    ! grep -q 'stdlib/prelude' stderr.txt || fail "an error points into the library: $(cat stderr.txt)"
}
wrong "wrong.qbi:2:17: error: unknown operator 'tophatt'" 'v |> tophatt(ball(2))'
wrong "did you mean 'tophat'" 'v |> tophatt(ball(2))'
wrong "wrong.qbi:2:19: error: 'tophat' takes an image, found a mask" 'tophat(v > 9, ball(2))'
wrong "no voxel size, so '2 um'" 'v |> unsharp(2 um)'
wrong "'dog' needs its argument 'high'" 'v |> dog(1)'
wrong "'high' of 'dog' takes a number, or one for each of the image's 3 axes" 'v |> dog(1, [1, 2])'
wrong "'amount' of 'unsharp'" 'v |> unsharp(amount="x")'
wrong "'radius' of 'background' must be from 0 to 511, found -1" 'v |> background(-1)'

# their code is shown
expect 0 '' qbic ops tophat
grep -q '^  def tophat(image: image, element: element, dark: bool) =$' stdout.txt || fail 'ops shows no code'
for name in tophat dog unsharp background open close; do
    qbic ops | grep -q "^  $name " || fail "$name is not listed"
done
finish
