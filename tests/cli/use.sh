#!/usr/bin/env bash
# use: files beside the using one from any folder, modules of the library, places in the right file, one hash of all texts.
. "$(dirname "$0")/lib.sh"

mkdir -p lib/deep
cat >lib/tools.qbi <<'END'
use "deep/more.qbi"
param sigma: number in 0..10 = 2
def soft(image: image) = more(image) |> gaussian(sigma)
print "never"
END
cat >lib/deep/more.qbi <<'END'
param offset: number = 1
def more(image: image) = image + offset
END
cat >main.qbi <<'END'
use "lib/tools.qbi"
v = zeros([8, 9])
print mean(soft(v))
END
expect 0 '' qbic run main.qbi
holds stdout.txt <<<1
expect 0 '' qbic run main.qbi -p offset=3 -p sigma=1
holds stdout.txt <<<3
mkdir other
(cd other && expect 0 '' qbic run ../main.qbi && holds stdout.txt <<<1) || fail 'from another folder'
expect 2 "lib/tools.qbi:2:1: note: declared here" qbic run main.qbi -p sigma=20
expect 2 "did you mean 'offset'" qbic run main.qbi -p ofset=20

expect 0 '' qbic run main.qbi --help
grep -q 'sigma: number in 0..10 = 2' stdout.txt || fail 'help lacks the parameters of a used file'

# the report's hash covers every text
hash_of() { # FILE: the pipeline's hash in its report
    expect 0 '' qbic run "$1" --report r.json
    json r.json "d['pipeline']['sha256']"
}
cat >alone.qbi <<'END'
print 1
END
[ "$(hash_of alone.qbi)" = "$(sha256sum <alone.qbi | cut -d' ' -f1)" ] || fail 'hash of one text'
before=$(hash_of main.qbi)
[ "$before" = "$(sha256sum main.qbi lib/tools.qbi lib/deep/more.qbi | cut -d' ' -f1 | sha256sum | cut -d' ' -f1)" ] ||
    fail 'hash of three texts'
echo '# a comment' >>lib/deep/more.qbi
[ "$before" != "$(hash_of main.qbi)" ] || fail 'a used file changed, the hash did not'

# cycles, missing files, what is no file
echo 'use "b.qbi"' >a.qbi
echo 'use "./a.qbi"' >b.qbi
echo 'print 1' >>a.qbi
expect 2 "b.qbi:1:5: error: 'a.qbi' depends on itself: a.qbi → b.qbi → a.qbi" qbic check a.qbi
printf 'use "none.qbi"\nprint f(1)\n' >c.qbi
expect 1 "c.qbi:1:5: error: cannot open 'none.qbi': No such file" qbic check c.qbi
printf 'use "lib"\nprint f(1)\n' >c.qbi
expect 1 "cannot open 'lib': not a file" qbic check c.qbi
mkfifo pipe.qbi
printf 'use "pipe.qbi"\nprint f(1)\n' >c.qbi
expect 1 "cannot open 'pipe.qbi': not a file" timeout 10 "$QBIC" check c.qbi

# every module of the library, with every def on an image
for module in "$SOURCE"/stdlib/modules/*.qbi; do
    name=$(basename "$module" .qbi)
    {
        echo "use $name"
        echo 'v = blobs([20, 24, 28], seed=3)'
        sed -n 's/^def \([a-z_]*\)(image: image.*/print \1(v)/p' "$module"
    } >module.qbi
    grep -q print module.qbi || fail "$name has no def of an image"
    expect 0 '' qbic run module.qbi
done
expect 2 "did you mean 'contrast'" qbic check <(echo 'use contrats')
finish
