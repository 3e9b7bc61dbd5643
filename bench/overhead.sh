#!/usr/bin/env bash
# What measuring costs: every task's start, end, processor time. A run of very many tiny tasks, measured and not (a hidden
# option), gives the cost of one record; times the records of a real run it is the share of that run. Processor time of
# interleaved runs, medians. Then the same real runs directly, measured and not. And what a thread spends between a task and its
# next one (the choice of it, the lock, the record) on two threads, waiting left out. Exit status 1: a share of 1 % or more of
# measuring, of 2 % or more between tasks.
set -u
here=$(realpath "$(dirname "$0")")
QBIC=${QBIC:-$here/../build/release/qbic}
SHARED=${SHARED:-$here/../../shared}
RUNS=${RUNS:-5}
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
[ -x "$QBIC" ] || { echo "no qbic at $QBIC: ./bootstrap build" >&2; exit 2; }
cd "$out" || exit 1
cat >tiny.qbi <<'END'
save noise([400, 128, 32], seed=1) + 1 > 0.5 |> label |> count to "tiny.csv"
END
cat >bone.qbi <<'END'
param input: path = "bone.tif"
save read(input) |> median(5) |> threshold(10) |> label |> count to "w1.csv"
END
cat >foam.qbi <<'END'
param input: path = "foam.tif"
x = 1 - read(input) / 255
save erode(gaussian(x, 3) > 0.84, ball(12), outside=false) |> label(connectivity=6) |> count to "w2.csv"
END
python3 - "$QBIC" "$((4 * RUNS + 1))" "$SHARED/data" <<'END'
import json, os, resource, statistics, subprocess, sys
qbic, rounds, data = sys.argv[1], int(sys.argv[2]), sys.argv[3]

def cpu(args):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([qbic, 'run', *args, '-q'], check=True, stdin=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

def pair(args):
    on, off = [], []
    for k in range(rounds):
        for times, extra in ((on, []), (off, ['--untimed']))[::1 if k % 2 else -1]:
            times.append(cpu(args + extra))
    return statistics.median(on), statistics.median(off)

def tasks(args):
    subprocess.run([qbic, 'run', *args, '-q', '--report', 'r.json'], check=True, stdin=subprocess.DEVNULL)
    report = json.load(open('r.json'))
    return sum(n['tasks'] for n in report['nodes']), report['run']['cpu_s']

def between(args):
    """the time from a task to the next of a thread, gaps of 0.2 ms and more (waiting, other programs) left out, as a share; and
    the mean of tasks"""
    subprocess.run([qbic, 'run', *args, '-t', '2', '-q', '--trace', 't.json'], check=True, stdin=subprocess.DEVNULL)
    threads = {}
    for e in json.load(open('t.json'))['traceEvents']:
        if e.get('ph') == 'X' and e['tid'] > 0:
            threads.setdefault(e['tid'], []).append((e['ts'], e['dur']))
    busy = gaps = n = 0
    for spans in threads.values():
        spans.sort()
        busy += sum(d for _, d in spans)
        n += len(spans)
        step = [b - a - d for (a, d), (b, _) in zip(spans, spans[1:])]
        gaps += sum(g for g in step if 0 < g < 200)
    return gaps / (gaps + busy), busy / n

tiny = ['tiny.qbi', '-t', '1', '--chunk', '1,1']
n, _ = tasks(tiny)
on, off = pair(tiny)
record = max(0, on - off) / n
print(f'a record: {1e9 * record:.0f} ns ({n} tasks in {on:.3f} s, unmeasured {off:.3f} s)')
worst = slow = 0
for name, image in ('bone.qbi', 'bone_7H3A_B1.tif'), ('foam.qbi', 'foam100.tif'):
    args = [name, os.path.join(data, image), '-t', '1']
    if not os.path.exists(args[1]):
        print(f'skipped: no {args[1]}')
        continue
    k, seconds = tasks(args)
    share = k * record / seconds
    worst = max(worst, share)
    on, off = pair(args)
    print(f'{name}: {k} records are {100 * share:.2f} % of {seconds:.3f} s; directly {100 * (on / off - 1):+.2f} %')
    found = sorted(between(args[:2]) for _ in range(rounds))[rounds // 2]
    slow = max(slow, found[0])
    print(f'{name}: {100 * found[0]:.2f} % between tasks of {found[1]:.0f} µs on average')
sys.exit(worst >= 0.01 or slow >= 0.02)
END
