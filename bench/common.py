"""What the programs of bench/ share: where things are, whole processes timed, results as JSON, and the goals."""
import datetime
import json
import os
import pathlib
import platform
import re
import resource
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
BUILD = pathlib.Path(os.environ.get('BUILD', ROOT / 'build/release'))
SHARED = pathlib.Path(os.environ.get('SHARED', ROOT / '../shared'))
PEERS = pathlib.Path(os.environ.get('PEERS', pathlib.Path(tempfile.gettempdir()) / 'qbic-peers'))
THREADS = 2

# Of a kernel, in million voxels a second: the best of others on 2 threads of an EPYC with AVX2, and the factor that is aimed at.
# Where bench/peers runs that program itself, the factor holds for what it measured.
KERNEL_GOALS = {
    'median2d_3_u8': ('OpenCV', 3500, 1.2), 'median2d_5_u8': ('OpenCV', 530, 3), 'median2d_7_u8': ('OpenCV', 36, 8),
    'median2d_11_u8': ('OpenCV', 41, 8), 'median2d_5_u16': ('OpenCV', 329, 1.5), 'median2d_7_u16': ('ITK', 3.6, 40),
    'median3d_3_u8': ('ITK', 5.6, 250), 'median3d_5_u8': ('skimage rank', 2.4, 40), 'median3d_7_u8': ('skimage rank', 1.5, 20),
    'median3d_3_u16': ('ITK', 5.6, 50), 'median3d_5_u16': ('ITK', 1.6, 20),
    'median3d_5_u8_above': ('plain C', 6000, 1),
    'gauss3d_1_f32': ('scipy', 60, 6), 'gauss3d_3_f32': ('ITK', 32, 6), 'gauss3d_6_f32': ('ITK', 34, 3),
    'gauss2d_1_f32': ('OpenCV', 730, 2), 'gauss2d_3_f32': ('OpenCV', 183, 2), 'gauss2d_6_f32': ('OpenCV', 75, 2),
    'label3d_26_bone': ('ITK', 395, 2), 'label3d_26_foam': ('cc3d', 218, 3), 'label3d_26_noise15': ('cc3d', 103, 1.5),
    'label2d_8': ('OpenCV', 1200, 1.3), 'erode_ball12': ('ITK', 18, 40), 'dilate_ball12': ('ITK', 18, 40),
    'otsu_u8': ('skimage', 390, 11), 'histogram_u8': ('skimage', 390, 11),
    'tiff_deflate': ('libtiff', None, 0.95), 'tiff_raw': ('libtiff', None, 0.95),
    'pointwise': ('fused C', None, 1 / 1.15),
}
# The same for whole programs: how many times as fast, beside which program, and its seconds there.
WORK_GOALS = {
    'w1_bone': ('ITK', 13.9, 100), 'w1_foam100': ('skimage', 8.05, 150), 'w1_foam512': ('skimage', 68, 200),
    'w1_2d_u8': ('OpenCV', 0.79, 4), 'w1_2d_u16': ('OpenCV', 0.76, 4), 'w2': ('ITK', 1.54, 10), 'w3': ('dask', 0.94, 20),
}


def fail(text, status=2):
    print(f'{os.path.basename(sys.argv[0])}: {text}', file=sys.stderr)
    sys.exit(status)


def median(values):
    ordered = sorted(values)
    n = len(ordered)
    return (ordered[(n - 1) // 2] + ordered[n // 2]) / 2


def spread(values):
    """Half of what lies between the quartiles, as a share of the median."""
    ordered = sorted(values)
    n = len(ordered)
    return (ordered[(3 * n) // 4 if n > 1 else 0] - ordered[n // 4]) / 2 / median(ordered) if n else 0


def program(name):
    path = BUILD / name
    if not os.access(path, os.X_OK):
        fail(f'no {path}: ./bootstrap build, then cmake --build build/release --target bench_kernels')
    return str(path)


# ---- whole processes -------------------------------------------------------------------------------------

def busy_seconds():
    """Of all processors since the machine was started."""
    fields = open('/proc/stat').readline().split()[1:]
    return (sum(map(int, fields[:8])) - int(fields[3]) - int(fields[4])) / os.sysconf('SC_CLK_TCK')


def timed(command, env=None, output=subprocess.DEVNULL):
    """One run: wall and processor seconds, peak MiB, and the cores that other processes took meanwhile."""
    busy, start = busy_seconds(), time.perf_counter()
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.PIPE, env=env)
    stderr = child.stderr.read().decode(errors='replace')
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - start
    child.stderr.close()
    if child.returncode:
        fail(f'exit status {child.returncode}: {" ".join(map(str, command))}\n{stderr}', 1)
    cpu = usage.ru_utime + usage.ru_stime
    return {'wall': wall, 'cpu': cpu, 'peak_mib': usage.ru_maxrss / 1024, 'others': max(0, busy_seconds() - busy - cpu) / wall,
            'stderr': stderr}


def summary(runs):
    walls = [r['wall'] for r in runs]
    return {'median_s': median(walls), 'best_s': min(walls), 'cpu_s': median([r['cpu'] for r in runs]),
            'peak_mib': max(r['peak_mib'] for r in runs), 'others': median([r['others'] for r in runs]), 'wall_s': walls}


# ---- results ---------------------------------------------------------------------------------------------

def first_line(command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout.splitlines()[0]
    except (OSError, subprocess.CalledProcessError, IndexError):
        return 'unknown'


def cpu_facts():
    text = open('/proc/cpuinfo').read()
    model = re.search(r'^model name\s*:\s*(.*)$', text, re.M)
    flags = re.search(r'^flags\s*:\s*(.*)$', text, re.M)
    vectors = [f for f in ('avx2', 'avx512bw') if flags and f in flags.group(1).split()]
    return {'model': model.group(1) if model else platform.machine(), 'cores': os.cpu_count(), 'vectors': vectors}


def build_facts():
    cache = (BUILD / 'CMakeCache.txt').read_text() if (BUILD / 'CMakeCache.txt').exists() else ''
    value = {m[1]: m[2] for m in re.finditer(r'^(\w+):\w+=(.*)$', cache, re.M)}
    kind = value.get('CMAKE_BUILD_TYPE', '')
    flags = {'Release': '-O2 -DNDEBUG', 'Debug': '-O1 -g'}.get(kind, '')
    return {'compiler': first_line([value.get('CMAKE_C_COMPILER', 'cc'), '--version']), 'build': kind,
            'flags': f'{flags} -ffp-contract=off', 'kernel_flags': value.get('QB_KERNEL_OPT', '')}


def facts(rounds):
    dirty = subprocess.run(['git', 'status', '--porcelain', '-uno'], cwd=ROOT, capture_output=True, text=True).stdout.strip()
    return {'schema': 1, 'date': datetime.datetime.now(datetime.timezone.utc).isoformat(timespec='seconds'),
            'commit': first_line(['git', 'rev-parse', 'HEAD']), 'changed': bool(dirty), 'version': first_line([program('qbic'), '--version']),
            **build_facts(), 'cpu': cpu_facts(), 'threads': THREADS, 'rounds': rounds, 'workloads': {}, 'kernels': {}}


def load(path):
    try:
        with open(path) as f:
            result = json.load(f)
    except (OSError, ValueError) as e:
        fail(f"cannot read '{path}': {e}")
    if result.get('schema') != 1 or 'kernels' not in result:
        fail(f"'{path}' is not a result of bench/run")
    return result


def save(path, result):
    with open(path, 'w') as f:
        json.dump(result, f, indent=1)
        f.write('\n')
