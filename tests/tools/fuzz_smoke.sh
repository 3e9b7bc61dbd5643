#!/usr/bin/env bash
# fuzz_smoke.sh TARGET SECONDS: runs a libFuzzer target from the project's own pipelines, its wrong programs and what earlier
# runs found, with the names of operators and of their arguments as words.
set -u
target=$(realpath "$1") seconds=$2
cd "$(dirname "$0")/../.." || exit 1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/corpus"
n=0
for file in samples/*.qbi stdlib/*/*.qbi tests/fuzz/corpus/*.qbi; do
    [ -f "$file" ] && cp "$file" "$work/corpus/$((n += 1)).qbi"
done
for file in tests/errors/*.txt tests/fuzz/corpus/*.txt; do
    awk -v RS='----\n' -v FS='>>>>\n' -v out="$work/corpus/$(basename "$file" .txt)" \
        '{ sub(/^#ARGS -p /, "#-p ", $1); name = out NR ".qbi"; printf "%s", $1 > name; close(name) }' "$file"
done
{
    for word in param save print to with if then else and or not true false in use def qbi '|>' '**' '//' '==' '!=' \
        '<=' '>=' '"a.tif"' '{input.stem}' path stage number um px u8 mask labels segment contrast '#-p '; do
        printf '"%s"\n' "${word//\"/\\\"}"
    done
    for op in stdlib/ops/*.c; do
        printf '"%s"\n' "$(basename "$op" .c)"
    done
    sed -n 's/.*\.name = \("[a-z_]*"\).*/\1/p' stdlib/ops/*.c | sort -u
} >"$work/words.dict"
cd "$work" || exit 1
ASAN_OPTIONS=detect_leaks=0 "$target" -max_total_time="$seconds" -max_len=2000 -timeout=10 -rss_limit_mb=4096 \
    -dict=words.dict -print_final_stats=1 corpus >log 2>&1
rc=$?
tail -n 12 log
if [ $rc -ne 0 ]; then
    for crash in crash-* timeout-* oom-* leak-*; do
        [ -f "$crash" ] && { echo "input that fails ($crash):"; cat "$crash"; echo; grep -a -A 25 'ERROR\|runtime error' log | head -n 40; }
    done
fi
exit $rc
