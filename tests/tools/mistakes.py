#!/usr/bin/env python3
"""mistakes.py QBIC FILE… [--update]: programs and what `qbic check` says of them, word for word.

A file of cases: the program (a first line `#ARGS …` is arguments, not text), a line `>>>>`, the exit status and standard
error, a line `----`. --update writes what is said now, for a person to read; it refuses in CI.
The programs find vox.tif (voxels of 2 × 0.5 × 0.5 um), cube.tif (0.5 um), plain.tif (unknown) and flat.tif (2D).
"""
import difflib
import os
import shlex
import struct
import subprocess
import sys
import tempfile


def tiff(path, pages, spacing=None):
    height, width, out, link = 16, 12, bytearray(b'II*\0\0\0\0\0'), 4
    for z in range(pages):
        at = len(out)
        out += bytes((x * 7 + y * 3 + z * 11) % 200 for y in range(height) for x in range(width))
        tags = [(256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1), (273, 4, 1, at),
                (277, 3, 1, 1), (278, 4, 1, height), (279, 4, 1, height * width)]
        if spacing:
            text = f'ImageJ=1.53\nimages={pages}\nslices={pages}\nunit=um\nspacing={spacing}\n\0'.encode()
            tags += [(270, 2, len(text), len(out)), (282, 5, 1, len(out) + len(text)), (283, 5, 1, len(out) + len(text)),
                     (296, 3, 1, 1)]
            out += text + struct.pack('<II', 2, 1)
        out += b'\0' * (len(out) % 2)
        struct.pack_into('<I', out, link, len(out))
        out += struct.pack('<H', len(tags)) + b''.join(struct.pack('<HHII', *t) for t in sorted(tags))
        link = len(out)
        out += b'\0\0\0\0'
    with open(path, 'wb') as f:
        f.write(out)


def say(qbic, program):
    args = []
    if program.startswith('#ARGS '):
        line, program = program.split('\n', 1)
        args = shlex.split(line[6:])
    with open('t.qbi', 'w', encoding='utf-8') as f:
        f.write(program)
    r = subprocess.run([qbic, 'check', 't.qbi'] + args, capture_output=True, timeout=60)
    return f'{r.returncode}\n' + r.stderr.decode('utf-8', 'replace')


def check(qbic, path, update):
    with open(path, encoding='utf-8') as f:
        cases = [c.split('>>>>\n') for c in f.read().split('----\n') if c]
    wrong = 0
    for case in cases:
        said = say(qbic, case[0])
        if update:
            case[1:] = [said]
        elif said != case[1]:
            wrong += 1
            print(f'{path}:\n{case[0]}says')
            print(''.join(difflib.unified_diff(case[1].splitlines(True), said.splitlines(True), 'wanted', 'got')))
    if update:
        with open(path, 'w', encoding='utf-8') as f:
            f.write(''.join(f'{program}>>>>\n{said}----\n' for program, said in cases))
    return wrong


def main():
    update = '--update' in sys.argv
    qbic, *files = [os.path.abspath(a) for a in sys.argv[1:] if a != '--update']
    if update and os.environ.get('CI'):
        sys.exit('--update is for people: what is said must be read')
    with tempfile.TemporaryDirectory() as work:
        os.chdir(work)
        tiff('vox.tif', 8, 2.0)
        tiff('cube.tif', 8, 0.5)
        tiff('plain.tif', 8)
        tiff('flat.tif', 1)
        wrong = sum(check(qbic, path, update) for path in files)
    sys.exit(wrong > 0)


main()
