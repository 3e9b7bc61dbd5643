#!/usr/bin/env bash
# The house rules that a machine can check: which layer may include which, banned functions, OpenMP only in the
# scheduler, lengths of files and functions, one file for each third-party header. Prints every breach; exits 1 if any.
set -u
cd "$(dirname "$0")/../.." || exit 1
shopt -s nullglob globstar
sources=(core/**/*.[ch] lang/**/*.[ch] lang/*.re lang/*.y compiler/**/*.[ch] runtime/**/*.[ch]
         stdlib/**/*.[ch] cli/**/*.[ch])
tests=(tests/**/*.[ch] bench/**/*.[ch])

breach() { # reads lines, prints them under a title
    local lines
    lines=$(cat)
    [ -z "$lines" ] || printf '%s:\n%s\n' "$1" "$lines"
}

# What each layer may include, as a pattern of paths (root-relative).
includes() { # layer, pattern
    local files=("$1"/**/*.[ch] "$1"/*.re "$1"/*.y)
    [ ${#files[@]} -gt 0 ] || return 0
    grep -HnE '^[[:space:]]*#[[:space:]]*include[[:space:]]+"' "${files[@]}" | grep -vE "include +\"($2)" |
        breach "$1 may only include $2"
}
check_includes() {
    includes core 'core/'
    includes lang '(core|lang)/'
    includes compiler '(core|lang|compiler)/'
    includes runtime '(core|runtime)/|compiler/(plan|dag)\.h|stdlib/kernels/'
    includes stdlib '(core|stdlib)/|runtime/imgio\.h'
    includes cli '(core|lang|compiler|runtime|stdlib|cli)/'

    # A third-party header appears in one file alone.
    for header in tiffio.h png.h zlib.h libdeflate.h jansson.h xxhash.h sqlite3.h expat.h cairo.h ft2build.h; do
        grep -lE "include[[:space:]]+<$header>" "${sources[@]}" | sort -u | awk 'NR > 1' |
            breach "<$header> is included in more than one file; also in"
    done
}

# strings and comments do not count
code() {
    awk '{ line = $0; gsub(/"([^"\\]|\\.)*"/, "\"\"", line); sub(/\/\/.*/, "", line)
           gsub(/\/\*([^*]|\*+[^*\/])*\*+\//, "", line); sub(/\/\*.*/, "", line)
           if (line !~ /^ *\*/) print FILENAME ":" FNR ": " line }' "$@"
}

banned() { # function, replacement
    code "${sources[@]}" "${tests[@]}" | grep -E "[^A-Za-z0-9_.>]$1[[:space:]]*\(" |
        breach "$1 is banned, use $2"
}
check_banned() {
    banned strcpy 'qb_text_add or memcpy with the known length'
    banned strcat 'qb_text_add'
    banned 'v?sprintf' 'snprintf, qb_text_addf or qb_arena_printf'
    banned strtok 'strcspn'
    banned 'ato[ifl]' 'strtol or strtod with its end pointer'
    banned sscanf 'strtol or strtod with its end pointer'
    banned gets 'fgets or getline'
    banned 's?rand' 'the counter-based generator'
    banned alloca 'the arena or the scratch of the task'
}

check_places() {
    grep -HnE '#[[:space:]]*pragma[[:space:]]+omp' "${sources[@]}" | grep -v '^runtime/sched\.c:' |
        breach 'OpenMP belongs in runtime/sched.c'

    # printing and leaving belong to cli/ (core/base.c reports our own bugs and the end of memory)
    code core/**/*.c lang/**/*.c compiler/**/*.c runtime/**/*.c stdlib/**/*.c |
        grep -E '[^A-Za-z0-9_](printf|puts|putchar|perror|exit|_exit|abort)[[:space:]]*\(' | grep -v '^core/base\.c:' |
        breach 'only cli/ prints and exits'

    grep -HnE 'TODO|FIXME|\bXXX\b|not implemented|unimplemented' "${sources[@]}" "${tests[@]}" |
        breach 'unfinished by its own word'
}

check_lengths() {
    for file in "${sources[@]}" "${tests[@]}"; do
        lines=$(wc -l <"$file")
        [ "$lines" -le 600 ] || echo "  $file: $lines lines"
    done | breach 'files over 600 lines'
    awk 'FNR == 1 { start = 0 } /^\{/ { start = FNR }
         /^\}/ { if (start && FNR - start > 80) print "  " FILENAME ":" start ": " FNR - start " lines"; start = 0 }' \
        $(printf '%s\n' "${sources[@]}" "${tests[@]}" | grep '\.[ch]$') /dev/null | breach 'functions over 80 lines'

    awk 'FNR == 1 && !/^\/\*|^%|^\/\// { print "  " FILENAME }' "${sources[@]}" /dev/null |
        breach 'files that do not open by saying what they own'

}

found=$(check_includes; check_banned; check_places; check_lengths)
[ -z "$found" ] && { echo 'style: no breach'; exit 0; }
printf '%s\n' "$found"
exit 1
