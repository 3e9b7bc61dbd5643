"""The whole programs: pipelines, the data that they run on, and the command of each."""
import os
import pathlib
import shutil
import subprocess

import common

W1 = 'param input: path = "none.tif"\nsave read(input) |> median(5) |> threshold({t}) |> label |> count to "w1.csv"\n'
PIPELINES = {
    'w1_10': W1.format(t=10),
    'w1_60': W1.format(t=60),
    'w2': '''param input: path = "none.tif"
x = 1 - read(input) / 255
save erode(gaussian(x, 3) > 0.84, ball(12), outside=false) |> label(connectivity=6) |> count to "w2.csv"
''',
    'w3': 'param input: path = "none.tif"\nsave gaussian(as(read(input), f32), 3)[{slice}] to "w3.tif"\n',
    'w12d': '''param input: path = "none.tif"
cells = read(input) |> median(5) |> threshold({t}) |> label
save count(cells) to "{{input.stem}}_cells.csv"
''',
    'half': 'param input: path = "none.tif"\nsave (read(input) |> gaussian(1)) > 60 |> label |> count to "half.csv"\n',
    'least': 'print 1\n',
    'large': 'print sum(median(foam([8192, 4096, 4096]), 5) > 60)\n',
}
PIPELINES['w12d_u8'] = PIPELINES['w12d'].format(t=60)
PIPELINES['w12d_u16'] = PIPELINES['w12d'].format(t=15615)

# name: what it is, pipeline, data, verb and options
WORKS = {
    'w1_bone': ('bone 600×250×350 u8, Deflate TIFF → median 5³ → > 10 → label 26 → count → CSV', 'w1_10', 'bone', 'run'),
    'w1_bone_1t': ('the same on one thread', 'w1_10', 'bone', 'run -t 1'),
    'w1_bone_64m': ('the same within 64 MiB', 'w1_10', 'bone', 'run -m 64M'),
    'w1_bone_median': ('the same, the median computed as written', 'w1_10', 'bone', 'run --no-pass commute-thresholds'),
    'w1_foam100': ('W1 on a foam, 100×396² u8, > 60', 'w1_60', 'foam100', 'run'),
    'w1_foam512': ('W1 on a foam, 512³ u8, > 60', 'w1_60', 'foam512', 'run'),
    'w1_foam512_1t': ('the same on one thread', 'w1_60', 'foam512', 'run -t 1'),
    'w1_2d_u8': ('W1 on pictures: 100 of 1024² u8, median 5² → > 60 → label 8 → count, one table, one database', 'w12d_u8',
                 'folder2d_u8', 'batch'),
    'w1_2d_u16': ('W1 on pictures of u16', 'w12d_u16', 'folder2d', 'batch'),
    'w2': ('foam 100×396² → `1 - x/255` → gaussian 3 → > 0.84 → erode ball(12) → label 6 → count', 'w2', 'foam100', 'run'),
    'w2_1t': ('the same on one thread', 'w2', 'foam100', 'run -t 1'),
    'w3': ('gaussian 3 of 512³, one slice saved', 'w3', 'foam512', 'run'),
    'half': ('a picture in one Deflate strip: half serial', 'half', 'strip', 'run -t 1'),
    'half_trace': ('the same with --trace', 'half', 'strip', 'run -t 1 --trace {out}/t.json'),
    'half_report': ('the same with --report .html', 'half', 'strip', 'run -t 1 --report {out}/t.html'),
    'start': ('the least pipeline: a number printed', 'least', None, 'run'),
    'plan_large': ('a sum over 8192×4096² voxels, 32,768 chunks of 4 million, planned', 'large', None, 'plan'),
    'check_500': ('a pipeline of 500 definitions, checked', 'definitions_500', None, 'check'),
    'check_5000': ('of 5,000', 'definitions_5000', None, 'check'),
    'plan_500': ('a pipeline of 500 definitions, planned', 'definitions_500', None, 'plan'),
    'plan_5000': ('of 5,000', 'definitions_5000', None, 'plan'),
}


def definitions(n):
    lines = ['d0 = noise([32, 32, 32], seed=1)']
    for k in range(1, n):
        lines.append(f'd{k} = ' + (f'd{k - 1} + {k % 7}' if k % 10 else f'median(d{k - 1}, 3) * 0.5'))
    return '\n'.join(lines + [f'save d{n - 1} to "last.npy"', ''])


class Works:
    """Pipelines and data in a folder of their own. small: images of a moment, for a test of the bench itself."""

    def __init__(self, out, small):
        self.out, self.small = pathlib.Path(out), small
        (self.out / 'data').mkdir()
        n = {500: 20, 5000: 50} if small else {500: 500, 5000: 5000}
        texts = {**PIPELINES, **{f'definitions_{k}': definitions(n[k]) for k in n}}
        texts['w3'] = texts['w3'].format(slice=5 if small else 250)
        for name, text in texts.items():
            (self.out / f'{name}.qbi').write_text(text)

    def make(self, path, *how):
        subprocess.run(['python3', common.ROOT / 'tests/tools/make_tiff.py', path, *how], check=True, stdout=subprocess.DEVNULL)
        return path

    def small_data(self, name):
        path = self.out / 'data' / name
        if not name.startswith('folder'):
            return self.make(path.with_suffix('.tif'), 'pages=8', 'shape=40x48', 'type=u8', 'fill=noise')
        path.mkdir()
        for k in range(3):
            self.make(path / f'im{k}.tif', 'pages=1', 'shape=40x48', 'type=u16' if name == 'folder2d' else 'type=u8', 'fill=noise')
        return path

    def data(self, name):
        """The path, or None where there is none."""
        made = self.out / 'data' / (name + ('' if name.startswith('folder') else '.tif'))
        places = [made, common.PEERS / 'data' / made.name]
        if name == 'bone':
            places.append(common.SHARED / 'data/bone_7H3A_B1.tif')
        for path in places:
            if path.exists() and (path == made or not self.small):
                return path
        if self.small:
            return self.small_data(name)
        if name == 'strip':
            return self.make(made, 'pages=1', 'shape=4000x4000', 'type=u8', 'rows=4000', 'compress=deflate', 'fill=noise')
        return None

    def command(self, name):
        """The arguments of one run, or None where its data is not there."""
        _, pipeline, data, verb = WORKS[name]
        verb, *options = verb.format(out=self.out).split()
        image = [] if data is None else [self.data(data)]
        if None in image:
            return None
        command = [common.program('qbic'), verb, self.out / f'{pipeline}.qbi', *image, *options]
        if verb in ('run', 'batch'):
            command += ['-q', '-o', self.out / ('batch' if verb == 'batch' else 'made')]
            if '-t' not in options:
                command += ['-t', str(common.THREADS)]
        return command

    def run(self, name):
        if 'batch' in WORKS[name][3]:
            shutil.rmtree(self.out / 'batch', ignore_errors=True)
        return common.timed(self.command(name))
