#!/usr/bin/env bash
# 2 GiB of voxels in a budget of 256 MiB: the table is that of a run with plenty, the peak stays below budget + 32 MiB;
# a budget that cannot do says at once how much it needs.
. "$(dirname "$0")/lib.sh"
cat >count.qbi <<'END'
param input: path = "big.tif"
param level: number = 60
image = read(input)
save image |> median(5) |> threshold(level) |> label |> count to "count.csv"
END
cat >make.qbi <<'END'
param slices: number = 2048
save blobs([slices, 1024, 1024], seed=7) to "big.tif"
END
peak() { # kilobytes, of a command that succeeds
    python3 - "$@" <<'END'
import resource, subprocess, sys
rc = subprocess.run(sys.argv[1:], stdin=subprocess.DEVNULL).returncode
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss if rc == 0 else 'failed')
END
}
slices=2048
sanitized && slices=8
[ "$(df --output=avail -m . | tail -n 1)" -gt 3000 ] || skip 'less than 3 GB of disk are free here'
qbic run make.qbi -q -p slices=$slices || fail 'make.qbi'

if ! sanitized; then
    kb=$(peak "$QBIC" run count.qbi -q -m 256M -o tight)
    echo "peak with -m 256M: $kb KiB"
    [ "$kb" != failed ] && [ "$kb" -le $(((256 + 32) * 1024)) ] || fail "peak resident memory $kb KiB"
    kb=$(peak "$QBIC" run count.qbi -q -m 4G -o plenty)
    echo "peak with -m 4G: $kb KiB"
    same tight/count.csv plenty/count.csv
    [ "$(wc -l <tight/count.csv)" -gt 100 ] || fail "few objects: $(wc -l <tight/count.csv)"

    # many threads: what is packed, and room for tiles that few quanta have, stay within what was predicted
    echo 'save noise([64, 512, 512], seed=1) |> minimum(3) to "o.npy"' >wide.qbi
    echo 'save noise([3000, 3000], seed=1) > 2 |> label |> count to "o.csv"' >flat.qbi
    for name in wide flat; do
        qbic run $name.qbi -q -t 4 -m 16M -o many --report r.json || fail $name
        python3 -c 'import json, sys; m = json.load(open("r.json"))["run"]["memory"]; print(m)
sys.exit(m["peak"] > m["predicted"])' || fail "$name takes more than was predicted"
    done
fi

start=$SECONDS
expect 1 'needs? at least [0-9.]+ [KMG]i?B|at least' qbic run count.qbi -m 1M -o none
[ $((SECONDS - start)) -le 5 ] || fail 'the refusal took longer than 5 s'
is_empty none
finish
