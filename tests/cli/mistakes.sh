#!/usr/bin/env bash
# Wrong programs, and what is said of them: place, message, underlined range, mend, exit status, word for word.
. "$(dirname "$0")/lib.sh"
python3 "$SOURCE/tests/tools/mistakes.py" "$QBIC" "$SOURCE"/tests/errors/*.txt || fail 'what is said of wrong programs has changed'
finish
