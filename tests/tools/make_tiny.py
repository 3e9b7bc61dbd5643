#!/usr/bin/env python3
"""make_tiny.py FOLDER N: N small TIFF files, im00000.tif and on: 64×64, 8 bits, 3 to 12 bright disks on a dark noise."""
import os
import random
import struct
import sys

SIDE = 64


def picture(generator, noise):
    pixels = bytearray(noise)
    for _ in range(generator.randrange(3, 13)):
        y, x, r = generator.randrange(4, 60), generator.randrange(4, 60), generator.randrange(2, 5)
        for dy in range(-r, r + 1):
            for dx in range(-r, r + 1):
                if dy * dy + dx * dx <= r * r and 0 <= y + dy < SIDE and 0 <= x + dx < SIDE:
                    pixels[(y + dy) * SIDE + x + dx] = 200
    return bytes(pixels)


def tiff(pixels):
    entries = [(256, 3, SIDE), (257, 3, SIDE), (258, 3, 8), (259, 3, 1), (262, 3, 1), (273, 4, 8), (277, 3, 1),
               (278, 3, SIDE), (279, 4, len(pixels))]
    directory = b''.join(struct.pack('<HHII', tag, kind, 1, value) for tag, kind, value in entries)
    return b'II*\0' + struct.pack('<I', 8 + len(pixels)) + pixels + struct.pack('<H', len(entries)) + directory + bytes(4)


folder, n = sys.argv[1], int(sys.argv[2])
os.makedirs(folder, exist_ok=True)
generator = random.Random(1)
noises = [bytes(generator.randrange(40) for _ in range(SIDE * SIDE)) for _ in range(8)]
for k in range(n):
    with open(f'{folder}/im{k:05d}.tif', 'wb') as f:
        f.write(tiff(picture(generator, noises[k % 8])))
