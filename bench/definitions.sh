#!/usr/bin/env bash
# A pipeline of 5,000 definitions: checking it and planning it, as whole processes, beside one of 500: the cost is to grow
# linearly.
. "$(dirname "$0")/lib.sh"
make() { # definitions
    python3 - "$1" <<'END'
import sys
n = int(sys.argv[1])
print('d0 = noise([32, 32, 32], seed=1)')
for k in range(1, n):
    print(f'd{k} = ' + (f'd{k - 1} + {k % 7}' if k % 10 else f'median(d{k - 1}, 3) * 0.5'))
print(f'save d{n - 1} to "last.npy"')
END
}
for n in 500 5000; do
    make $n >"$out/$n.qbi"
    timed "check, $n definitions" "$QBIC" check "$out/$n.qbi"
    timed "plan, $n definitions" "$QBIC" plan "$out/$n.qbi"
done
