#!/usr/bin/env bash
# valgrind_samples.sh QBIC: one run of each sample under valgrind; any error or leak that is ours fails.
set -u
qbic=$(realpath "$1")
cd "$(dirname "$0")/../.." || exit 1
command -v valgrind >/dev/null || { echo 'skipped: valgrind is not installed'; exit 77; }
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
failed=0

check() { # arguments of qbic run
    # --cpu avx2: this valgrind does not know AVX-512. libgomp's pool of threads is reachable, never freed.
    local cpu=()
    grep -qw avx2 /proc/cpuinfo && cpu=(--cpu avx2)
    valgrind --quiet --error-exitcode=99 --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite \
        "$qbic" run "$@" "${cpu[@]}" -q -t 2 -m 1G -o "$out" >"$out/log" 2>&1 </dev/null && { echo "clean: $*"; return; }
    echo "not clean: $*"
    cat "$out/log"
    failed=1
}
check samples/make_images.qbi
check samples/arithmetic.qbi
check samples/count.qbi "$out/cells.tif"
check samples/count.qbi "$out/cells3d.tif"
check samples/foam.qbi "$out/foam.tif"
check samples/pictures.qbi "$out/foam.tif"
check samples/slice_after.qbi "$out/foam.tif"
check samples/slice_before.qbi "$out/foam.tif"
exit $failed
