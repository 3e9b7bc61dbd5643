#!/usr/bin/env python3
"""fenced.py FOLDER FILE.md…: writes every fenced qbi block to FOLDER/block_NAME_LINE.qbi. A block that goes
on from the one before it says ```qbi more."""
import pathlib
import re
import sys


def blocks(text):
    for m in re.finditer(r'^```qbi([^\n]*)\n(.*?)^```', text, re.M | re.S):
        yield text.count('\n', 0, m.start()) + 1, m.group(1).strip(), m.group(2)


def main():
    folder = pathlib.Path(sys.argv[1])
    for name in sys.argv[2:]:
        path = pathlib.Path(name)
        before = ''
        for line, mode, body in blocks(path.read_text(encoding='utf-8')):
            body = before + body if mode == 'more' else body
            before = body
            (folder / f'block_{path.stem}_{line:04d}.qbi').write_text(body, encoding='utf-8')


main()
