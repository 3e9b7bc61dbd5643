#!/usr/bin/env bash
# Does the cost of a voxel stay the same from 3·10^7 voxels to 10^10? W1 on a foam that is made on the fly, in 1 GiB; the foam's
# own time is taken off. Processor time, which other programs disturb least. Names of sizes may be given: 30 slices of 1000² are
# 3·10^7 voxels. Exit status 1: a voxel of the largest costs over 1.2 times one of the smallest.
set -u
here=$(realpath "$(dirname "$0")")
QBIC=${QBIC:-$here/../build/release/qbic}
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
[ -x "$QBIC" ] || { echo "no qbic at $QBIC: ./bootstrap build" >&2; exit 2; }
cd "$out" || exit 1
cat >foam.qbi <<'END'
param slices: number = 30
save foam([slices, 1000, 1000], seed=1) |> median(5) |> threshold(60) |> label |> count to "count.csv"
END
[ $# != 1 ] || { echo 'one size shows no growth: give two or more, or none' >&2; exit 2; }
python3 - "$QBIC" "${@:-30 100 1000 10000}" <<'END'
import json, os, subprocess, sys
qbic, first = sys.argv[1], None
for slices in ' '.join(sys.argv[2:]).split():
    best = None
    for _ in range(5 if int(slices) <= 100 else 1):
        child = subprocess.Popen([qbic, 'run', 'foam.qbi', '-q', '-m', '1G', '-p', f'slices={slices}', '--report', 'r.json'])
        _, status, used = os.wait4(child.pid, 0)
        if status:
            sys.exit(f'{slices} slices: failed')
        report = json.load(open('r.json'))
        foam = sum(n['cpu_s'] for n in report['nodes'] if n['op'] == 'foam')
        took = report['run']['cpu_s'] - foam
        if best is None or took < best[0]:
            best = took, used.ru_maxrss / 1024, report['run']['wall_s'], foam
    voxels = int(slices) * 10**6
    took, peak, wall, foam = best
    first = first or took / voxels
    print(f'{voxels:12,d} voxels: {1e9 * took / voxels:5.2f} ns of processor time a voxel, {took / voxels / first:4.2f} × the first; '
          f'peak {peak:.0f} MiB; {wall:.1f} s, the foam {foam:.1f} s of processor time', flush=True)
sys.exit(took / voxels > 1.2 * first)
END
