# What the benchmarks share: qbic as users run it, timed as a whole process, beside the programs of others where those are
# set up (SHARED/peers/peers setup makes them in $PEERS).
set -u
here=$(realpath "$(dirname "${BASH_SOURCE[0]}")")
QBIC=${QBIC:-$here/../build/release/qbic}
SHARED=${SHARED:-$here/../../shared}
export PEERS=${PEERS:-${TMPDIR:-/tmp}/qbic-peers}
RUNS=${RUNS:-5}
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
[ -x "$QBIC" ] || { echo "no qbic at $QBIC: ./bootstrap build" >&2; exit 2; }

# timed NAME command…: best and median wall seconds, CPU seconds and peak memory of RUNS runs
timed() {
    python3 - "$RUNS" "$@" <<'END'
import os, resource, subprocess, sys, time
runs, name, command = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
walls, cpu, peak = [], 0, 0
for _ in range(runs):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    if subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL).returncode:
        sys.exit(f'{name}: failed')
    walls.append(time.perf_counter() - start)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu, peak = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, after.ru_maxrss
walls.sort()
print(f'{name:32} best {walls[0]:8.3f} s  median {walls[len(walls) // 2]:8.3f} s  CPU {cpu:8.2f} s  peak {peak // 1024:6} MiB',
      flush=True)
END
}

same_counts() { # the peer's table label,size,… and ours
    cut -d, -f1,2 "$1" | tail -n +2 | cmp -s - <(tail -n +2 "$2") && echo '  same objects' || echo '  OTHER OBJECTS'
}
