#!/usr/bin/env bash
# Wrong usage: exit status 2, one line that names the likely mend; help and version on standard output.
. "$(dirname "$0")/lib.sh"

expect 2 "unknown command 'rnu'; did you mean 'run'" qbic rnu x.qbi
expect 2 "unknown command 'x.qbi'; did you mean 'qbic run x.qbi'" qbic x.qbi
expect 2 "usage: qbic COMMAND" qbic
expect 2 "unknown option '--memry' of 'run'; did you mean '--memory'" qbic run --memry 5M x.qbi
expect 2 "unknown option '-z'" qbic run -z x.qbi
expect 2 "'--threads' expects N" qbic run x.qbi --threads
expect 2 "'-t' expects a whole number from 1 to 1024, found 'two'" qbic run x.qbi -t two
expect 2 "'-t' expects a whole number from 1 to 1024, found '0'" qbic run x.qbi -t0
expect 2 "'--quiet' takes no value" qbic run x.qbi --quiet=yes
expect 2 "'-p' expects NAME=VALUE, found 'level'" qbic run "$SAMPLES/count.qbi" -p level
expect 2 "expected a pipeline" qbic run
expect 2 "'--report' expects a file that ends in" qbic run "$SAMPLES/arithmetic.qbi" --report t.xml
cp "$SAMPLES/arithmetic.qbi" own.qbi
expect 2 "'--trace' expects a file that ends in .json, found 'own.qbi'" qbic run own.qbi --trace own.qbi
cmp -s "$SAMPLES/arithmetic.qbi" own.qbi || fail 'a trace was written over the pipeline'
for name in '' . .. ./ .qbi; do
    expect 2 "'new' expects a file's name, as in 'qbic new cells', found '$name'" qbic new "$name"
done
expect 0 '' qbic help --help
expect 2 "unknown pass" qbic run "$SAMPLES/arithmetic.qbi" --no-pass fuse-nothing
expect 2 "'-o' expects a file that ends in .dot, .svg or .png" qbic graph "$SAMPLES/arithmetic.qbi" -o g.jpg
expect 2 "unknown operator 'medain'; did you mean 'median'" qbic ops medain
expect 1 "cannot open 'none.qbi': No such file or directory" qbic run none.qbi
expect 1 "cannot open '.': Is a directory" qbic check .
for size in 12Q 0 -5M M 1e M5 nan inf 0x10; do
    expect 2 "'-m' expects a size such as 256M or 1.5G, found '$size'" qbic plan "$SAMPLES/arithmetic.qbi" -m "$size"
done
for size in 256M 1.5G 300000K 1GiB 512mb 400000000; do
    expect 0 '' qbic plan "$SAMPLES/arithmetic.qbi" -m "$size"
done

for verb in run check plan graph ops info; do
    expect 0 '' qbic $verb --help
    grep -q '^examples:' stdout.txt || fail "the help of $verb has no examples"
    [ "$(sed -n 3p stdout.txt)" = examples: ] || fail "the help of $verb does not start with examples"
    ! grep -qE -- '--(cpu|chunk)' stdout.txt || fail "the help of $verb shows a hidden option"
    qbic help $verb | cmp -s - stdout.txt || fail "'help $verb' differs from '$verb --help'"
    expect 0 '' qbic help
    grep -qE "^  $verb " stdout.txt || fail "the help lacks $verb"
done
expect 0 '' qbic run "$SAMPLES/count.qbi" --help
grep -qE '^  level: number = 60 +grey value above which' stdout.txt || fail "the pipeline's parameters are not in its help"
expect 0 '' qbic --version
grep -qE '^qbic [0-9]+\.[0-9]+\.[0-9]+$' stdout.txt || fail 'no version'
expect 0 '' qbic ops
grep -qE '^  median ' stdout.txt || fail 'ops does not list median'
expect 0 '' qbic ops median
grep -q 'scipy' stdout.txt || fail 'ops median does not say what it follows'

expect 2 "'medfilt2': it is called 'median' here" qbic ops medfilt2
expect 2 "'qbic version' takes no argument, found 'extra'" qbic version extra
expect 2 "no diagnostic has the code 'QB'" qbic explain QB

# a report that cannot be written is told before the run, which then writes nothing
printf 'save zeros([9, 9]) to "early.tif"\n' >early.qbi
mkdir -p folder.json
expect 1 "cannot write 'folder.json'" qbic run early.qbi --report folder.json -q
expect 1 "cannot write 'folder.json'" qbic run early.qbi --trace folder.json -q
[ ! -e early.tif ] || fail 'a run whose report cannot be written ran'
expect 1 'budget of 1 KiB is too small' qbic run early.qbi -m 1K

# the replacement of a diagnostic, put in its place, mends the program
printf 'x = zeros([9, 9]) |> medain(3)\nprint x\n' >wrong.qbi
expect 2 '' qbic check wrong.qbi --json
python3 - <<'END' || fail 'the replacement does not mend the program'
import json
error = [d for d in map(json.loads, open('stdout.txt')) if d['severity'] == 'error'][0]
lines = open('wrong.qbi').read().split('\n')
line = lines[error['line'] - 1]
lines[error['line'] - 1] = line[:error['column'] - 1] + error['replacement'] + line[error['end_column'] - 1:]
open('mended.qbi', 'w').write('\n'.join(lines))
END
expect 0 '' qbic check mended.qbi

# what cannot be written to standard output is told
rc=0
"$QBIC" help >/dev/full 2>stderr.txt || rc=$?
[ $rc -eq 1 ] && grep -q 'cannot write to standard output' stderr.txt || fail "writing to a full device: exit status $rc"
finish
