"""Planned beside measured time a voxel, of every kind of step: QBIC [pattern] [-t N] [--cpu NAME].
Each expression is a run of its own over images that are made once; nothing is written but a report. Steps are compared by
the processor time of their tasks, which other programs disturb least. Exit status 1 if a step is off by more than --within
(default: 1.5) times what most are off by: a processor may be faster or slower than the one that the costs were measured on."""
import argparse, json, os, re, statistics, subprocess, sys, tempfile

TYPES = ['u8', 'u16', 'f32', 'f64', 'i16', 'u32']
SMALL = 4 << 20


def expressions(t):
    """(name, expression over v (volume) or p (picture))"""
    yield 'copy', 'v + 1'
    yield 'chain', '(v - 10) + (v * 50) > 20'
    yield 'threshold', 'v > 60'
    yield 'divide', '1 - v / 255'
    yield 'sqrt', 'sqrt(v)'
    yield 'exp', 'exp(v / -50)'
    yield 'log', 'log(v + 1)'
    yield 'modulo', 'v % 7'
    yield 'power', 'v ** 1.5'
    yield 'where', 'where(v > 60, v, 0)'
    yield 'as', 'as(v, f32)'
    yield 'as u8', 'as(v, u8)'
    yield 'clip', 'clip(v, 10, 200)'
    for n in 3, 5, 7, 9, 15:
        yield f'median {n}³', f'median(v, {n})'
    for n in 3, 5, 7, 11, 13, 15, 21, 31, 61:
        yield f'median {n}²', f'median(p, {n})'
    for n in 3, 5, 9:
        yield f'rank {n}³', f'rank(v, {n}, {n})'
        yield f'rank {n}²', f'rank(p, {n}, {n // 2})'
    for n in 3, 5, 7, 15:
        yield f'commuted {n}³', f'median(v, {n}) > 60'
        yield f'commuted {n}²', f'median(p, {n}) > 60'
    for s in 1, 3, 6:
        yield f'gaussian {s} 3D', f'gaussian(v, {s})'
        yield f'gaussian {s} 2D', f'gaussian(p, {s})'
    yield 'uniform 7', 'uniform(v, 7)'
    yield 'maximum 3', 'maximum(v, 3)'
    yield 'maximum 15', 'maximum(v, 15)'
    yield 'maximum 15 2D', 'maximum(p, 15)'
    yield 'dilate grey ball', 'dilate(v, ball(3))'
    yield 'erode ball 3', 'erode(v > 60, ball(3))'
    yield 'erode ball 12', 'erode(v > 60, ball(12))'
    yield 'erode disk 12', 'erode(p > 60, disk(12))'
    yield 'erode cross', 'erode(v > 60, cross(2))'
    yield 'erode box', 'erode(v > 60, box(5))'
    yield 'label 26', 'count(label(v > 60))'
    yield 'label 6', 'count(label(v > 60, connectivity=6))'
    yield 'label 8', 'count(label(p > 60))'
    yield 'label dense', 'count(label(v > 120))'
    yield 'label image', 'label(v > 60) > 3'
    yield 'otsu', 'otsu(v)'
    yield 'histogram', 'histogram(v)'
    yield 'percentile', 'percentile(v, 50)'
    yield 'sum', 'sum(v)'
    yield 'std', 'std(v)'
    yield 'max', 'max(v)'
    yield 'project max', 'project(v, max)'
    yield 'project mean 1', 'project(v, mean, axis=1)'
    yield 'project std 2', 'project(v, std, axis=2)'
    yield 'slice', 'v[:, :, 3:]'
    yield 'slice 2', 'v[:, ::2, ::2]'
    yield 'noise', 'noise(shape=[32, 512, 512], seed=1)'
    yield 'blobs', 'blobs(shape=[32, 512, 512], seed=1)'
    yield 'foam', 'foam(shape=[32, 512, 512], seed=1)'


def used(expression):
    return [n for n in 'vp' if re.search(rf'\b{n}\b', expression)]


def make_images(qbic, folder):
    for t in TYPES:
        lines = [f'save foam(shape=[32, 512, 512], seed=1) |> as({t}) to "v_{t}.tif"',
                 f'save foam(shape=[2048, 4096], seed=1) |> as({t}) to "p_{t}.tif"']
        run(qbic, folder, lines, [])


def run(qbic, folder, lines, options):
    with open(os.path.join(folder, 'x.qbi'), 'w') as f:
        f.write('\n'.join(lines) + '\n')
    done = subprocess.run([qbic, 'run', 'x.qbi', '-q', '--report', 'r.json', *options], cwd=folder, text=True,
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    if done.returncode:
        return None
    with open(os.path.join(folder, 'r.json')) as f:
        return json.load(f)


def measure(a, folder, t, expression):
    """rows (label, voxels, planned, measured ns a voxel) of the steps, the best of --runs runs"""
    lines = [f'{n} = read("{n}_{t}.tif")' for n in used(expression)]
    best = {}
    for _ in range(a.runs):
        report = run(a.qbic, folder, lines + [f'print {expression}'], a.options)
        if report is None:
            return []
        for n in report['nodes']:
            row = (n['op'], n['voxels'], 1e9 * n['planned_s'] / n['voxels'], 1e9 * n['cpu_s'] / n['voxels'])
            if n['id'] not in best or row[3] < best[n['id']][3]:
                best[n['id']] = row
    return [best[k] for k in sorted(best)]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('qbic')
    parser.add_argument('pattern', nargs='?', default='')
    parser.add_argument('--types', default=','.join(TYPES))
    parser.add_argument('--runs', type=int, default=3, help='of each expression; the best counts')
    parser.add_argument('--within', type=float, default=1.5)
    parser.add_argument('--cpu')
    parser.add_argument('-t', default='1')
    a = parser.parse_args()
    a.qbic = os.path.abspath(a.qbic)
    a.options = ['-t', a.t] + (['--cpu', a.cpu] if a.cpu else [])
    rows, seen = [], set()
    with tempfile.TemporaryDirectory() as folder:
        make_images(a.qbic, folder)
        for name, _ in expressions('u8'):
            for t in a.types.split(','):
                if not re.search(a.pattern, name):
                    continue
                expression = dict(expressions(t))[name]
                if not used(expression) and t != 'u8':
                    continue
                for step in measure(a, folder, t, expression):
                    key = (step[0], round(step[2], 4), round(step[3], 1), t)
                    if key in seen or step[1] < SMALL:
                        continue
                    seen.add(key)
                    rows.append((f'{name} {t}', *step))
    scale = statistics.median(m / p for _, _, _, p, m in rows)
    off = 0
    print(f'{"expression":24} {"step":28} {"planned":>9} {"measured":>9} {"ratio":>6}   (all in ns; ratios over {scale:.2f})')
    for name, label, _, planned, measured in rows:
        ratio = measured / planned / scale
        bad = not 1 / a.within <= ratio <= a.within
        off += bad
        print(f'{name:24} {label[:28]:28} {planned:9.3f} {measured:9.3f} {ratio:6.2f} {"  <--" if bad else ""}')
    print(f'{len(rows)} steps, {off} off by more than {a.within}')
    sys.exit(off > 0)


main()
