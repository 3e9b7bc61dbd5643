#!/usr/bin/env bash
# format.sh [--check] [FILE…]: clang-format 14 over the C sources (all, or those named); --check only lists
# what differs, and exits 1 if anything does. Skips (77) where clang-format 14 is not installed.
set -u
cd "$(dirname "$0")/../.." || exit 1
shopt -s nullglob globstar
tool=$(command -v clang-format-14 || command -v clang-format) || tool=
case $("${tool:-false}" --version 2>/dev/null) in
*' 14.'*) ;;
*) echo 'skipped: clang-format 14 is not installed'; exit 77 ;;
esac
check=
[ "${1:-}" = --check ] && { check=1; shift; }
files=("$@")
[ ${#files[@]} -gt 0 ] || files=({core,lang,compiler,runtime,stdlib,cli,tests,bench}/**/*.[ch])
if [ -z "$check" ]; then
    exec "$tool" -i "${files[@]}"
fi
failed=0
for file in "${files[@]}"; do
    "$tool" "$file" | cmp -s - "$file" || { echo "$file"; failed=1; }
done
exit $failed
