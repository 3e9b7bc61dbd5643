# What the command's tests share. Each test sources this, works in its own temporary folder, and says what failed; it
# goes on after a failure and exits 1 at the end (call `finish`).
set -u
QBIC=$(realpath "${QBIC:-build/release/qbic}")
SOURCE=${SOURCE:-$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")}
SHARED=${SHARED:-$SOURCE/../shared}
SAMPLES=$SOURCE/samples
WORK=$(mktemp -d)
trap 'chmod -R u+w "$WORK" 2>/dev/null; rm -rf "$WORK"' EXIT
cd "$WORK" || exit 1
export LC_ALL=C.UTF-8
unset NO_COLOR
failures=0

fail() {
    echo "FAILED: $*"
    failures=$((failures + 1))
}

finish() {
    [ $failures -eq 0 ] || { echo "$failures failures"; exit 1; }
    echo ok
    exit 0
}

skip() {
    echo "skipped: $*"
    exit 77
}

sanitized() {
    [ -n "${QB_SANITIZE:-}" ]
}

qbic() {
    "$QBIC" "$@" </dev/null
}

# expect STATUS PATTERN command…: exit status, and a line of standard error that matches (extended regular expression).
expect() {
    local status=$1 pattern=$2 rc=0
    shift 2
    "$@" >stdout.txt 2>stderr.txt </dev/null || rc=$?
    [ $rc -eq "$status" ] || fail "exit status $rc, expected $status: $*; $(head -n 3 stderr.txt)"
    if [ -n "$pattern" ] && ! grep -qE "$pattern" stderr.txt; then
        fail "standard error of '$*' lacks /$pattern/: $(head -n 5 stderr.txt)"
    fi
    ! grep -qE 'Sanitizer|runtime error|internal error' stderr.txt || { fail "$*"; cat stderr.txt; }
}

same() { # file file: byte for byte
    cmp -s "$1" "$2" || fail "$1 and $2 differ: $(cmp "$1" "$2" 2>&1 | head -n 1)"
}

# says FILE: standard input is what the file must hold
holds() {
    diff -u - "$1" || fail "$1 is not as expected"
}

# empty FOLDER: no output, whole or partial, hidden or not, was left in it
is_empty() {
    [ ! -d "$1" ] || [ -z "$(ls -A "$1")" ] || fail "left behind in $1: $(ls -A "$1" | tr '\n' ' ')"
}

make_tiff() {
    python3 "$SOURCE/tests/tools/make_tiff.py" "$@"
}

sql() { # FILE statement: its rows, a line each
    python3 - "$@" <<'END'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
for row in db.execute(sys.argv[2]):
    print(*row, sep='|')
db.commit()
END
}

json() { # FILE python-expression over d
    python3 -c 'import json, sys; d = json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' "$1" "$2"
}
