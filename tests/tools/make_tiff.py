#!/usr/bin/env python3
"""make_tiff.py OUT KEY=VALUE…: small TIFF files, right and wrong ones, with nothing but Python's own library.

pages=N shape=HxW type=u8|u16|u32|i8|i16|i32|f32|f64|bit|rgb rows=ROWS-PER-STRIP compress=none|deflate order=little|big big=1
fill=ramp|zero|const:V|nan|inf|noise[:SEED]|npy:FILE   what the voxels hold (FILE: u8, of the same shape)
voxel=Z,Y,X   voxel size in micrometres, as ImageJ writes it
dots=X,Y,UNIT resolution tags: voxels in a unit, 1 none, 2 inch, 3 centimetre
text=WORDS    the description (an OME-XML, say); \\n is a line's end
wrong=shape|type|claim|zero|offset|rows|short|depth|behind  pages that differ, a header that lies, data
    that ends early, a page of two slices, the voxels of two more slices behind the only page's
"""
import random
import struct
import sys
import zlib

FORMATS = {'u8': ('B', 1, 8), 'u16': ('H', 1, 16), 'u32': ('I', 1, 32), 'i8': ('b', 2, 8), 'i16': ('h', 2, 16),
           'i32': ('i', 2, 32), 'f32': ('f', 3, 32), 'f64': ('d', 3, 64)}


def voxels(o, n, page):
    kind, _, arg = o['fill'].partition(':')
    if kind == 'zero':
        return [0] * n
    if kind == 'const':
        value = float(arg)
        return [value if o['type'][0] == 'f' else int(value)] * n
    if kind in ('nan', 'inf'):
        return [float(kind) if k % 7 == 3 else float(k % 50) for k in range(n)]
    if kind == 'noise':
        r = random.Random(int(arg or 0) * 1000 + page)
        return [r.randrange(0, 128) for _ in range(n)]
    if kind == 'npy':
        with open(arg, 'rb') as f:
            return list(f.read()[-n * int(o['pages']):][n * page:n * (page + 1)])
    return [(k * 7 + page * 3) % 120 for k in range(n)]


def pixels(o, page, height, width):
    e = '<' if o['order'] == 'little' else '>'
    if o['type'] == 'bit':
        row = (width + 7) // 8
        return [bytes((k * 37 + y + page) % 256 for k in range(row)) for y in range(height)]
    if o['type'] == 'rgb':
        v = voxels(dict(o, type='u8'), height * width * 3, page)
        return [bytes(v[y * width * 3:(y + 1) * width * 3]) for y in range(height)]
    v = voxels(o, height * width, page)
    code = FORMATS[o['type']][0]
    return [struct.pack('%s%d%s' % (e, width, code), *v[y * width:(y + 1) * width]) for y in range(height)]


class Writer:
    def __init__(self, o):
        self.o, self.e, self.big = o, '<' if o['order'] == 'little' else '>', o.get('big') == '1'
        mark = b'II' if self.e == '<' else b'MM'
        self.out = bytearray(mark + (struct.pack(self.e + 'HHHQ', 43, 8, 0, 0) if self.big
                                     else struct.pack(self.e + 'HI', 42, 0)))
        self.link = 8 if self.big else 4

    def put(self, data):
        at = len(self.out)
        self.out += data
        return at

    def directory(self, tags):
        word, count = ('Q', 8) if self.big else ('I', 4)
        rows = b''
        for tag, kind, values in sorted(tags):
            code, per = {2: ('B', 1), 3: ('H', 1), 4: ('I', 1), 5: ('I', 2), 16: ('Q', 1)}[kind]
            data = struct.pack('%s%d%s' % (self.e, len(values), code), *values)
            if len(data) > count:
                if len(self.out) % 2:
                    self.put(b'\0')
                data = struct.pack(self.e + word, self.put(data))
            rows += struct.pack(self.e + 'HH' + word, tag, kind, len(values) // per) + data.ljust(count, b'\0')
        if len(self.out) % 2:
            self.put(b'\0')
        at = self.put(struct.pack(self.e + ('Q' if self.big else 'H'), len(tags)) + rows +
                      struct.pack(self.e + word, 0))
        struct.pack_into(self.e + word, self.out, self.link, at)
        self.link = len(self.out) - struct.calcsize(word)


def page(w, o, k):
    height, width = (int(n) for n in o['shape'].split('x'))
    wrong = o['wrong']
    if wrong == 'shape' and k == 1:
        width += 1
    if wrong == 'type' and k == 1:
        o = dict(o, type='u16' if o['type'] == 'u8' else 'u8')
    rows_per = int(o['rows']) if o['rows'] else height
    rows = pixels(o, k, height, width)
    offsets, counts = [], []
    for y in range(0, max(height, 1), max(rows_per, 1)):
        data = b''.join(rows[y:y + rows_per])
        if o['compress'] == 'deflate':
            data = zlib.compress(data)
        if wrong == 'short' and k == int(o['pages']) - 1:
            data = data[:len(data) // 2]
        offsets.append(w.put(data * 3 if wrong == 'behind' else data))
        counts.append(len(data))
    if wrong == 'offset':
        offsets = [2000000000 + n for n in offsets]
    if wrong == 'claim':
        height = width = 1000000
    if wrong == 'zero':
        height = width = 0
    if o['type'] in ('bit', 'rgb'):
        fmt, bits = 1, [1] if o['type'] == 'bit' else [8, 8, 8]
    else:
        fmt, bits = FORMATS[o['type']][1], [FORMATS[o['type']][2]]
    at = 16 if w.big else 4
    size = []
    if o['voxel']:
        z, y, x = (float(v) for v in o['voxel'].split(','))
        text = 'ImageJ=1.54\nimages=%s\nslices=%s\nunit=micron\nspacing=%g\n\0' % (o['pages'], o['pages'], z)
        size = [(270, 2, list(text.encode())), (282, 5, [1000000, round(1000000 * x)]), (283, 5, [1000000, round(1000000 * y)]),
                (296, 3, [1])]
    if o['dots']:
        x, y, unit = (float(v) for v in o['dots'].split(','))
        size += [(282, 5, [round(1000 * x), 1000]), (283, 5, [round(1000 * y), 1000]), (296, 3, [int(unit)])]
    if wrong == 'depth':
        size += [(32997, 4, [2])]
    if o['text']:
        size.append((270, 2, list(o['text'].replace('\\n', '\n').encode()) + [0]))
    w.directory(size + [(256, 4, [width]), (257, 4, [height]), (258, 3, bits), (259, 3, [8 if o['compress'] == 'deflate' else 1]),
                 (262, 3, [2 if o['type'] == 'rgb' else 1]), (273, at, offsets), (277, 3, [len(bits)]),
                 (278, 4, [rows_per]), (279, at, counts), (339, 3, [fmt] * len(bits))])


def main():
    o = {'pages': '1', 'shape': '16x16', 'type': 'u8', 'rows': '', 'compress': 'none', 'order': 'little',
         'fill': 'ramp', 'wrong': '', 'voxel': '', 'dots': '', 'text': ''}
    o.update(a.split('=', 1) for a in sys.argv[2:])
    w = Writer(o)
    for k in range(int(o['pages'])):
        page(w, o, k)
    with open(sys.argv[1], 'wb') as f:
        f.write(w.out)


main()
