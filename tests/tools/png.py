"""Reads PNG files with nothing but Python's own library: 8 bits, grey or RGB, as qbic writes them; checks what it reads."""
import struct
import zlib


class Png:
    """pixel[y][x] is a number, or (red, green, blue); text: what is in the file's text chunks, by keyword."""

    def __init__(self, path):
        data = open(path, 'rb').read()
        assert data[:8] == b'\x89PNG\r\n\x1a\n', 'not a PNG'
        at, body, self.text, kinds = 8, b'', {}, []
        while at < len(data):
            n, kind = struct.unpack('>I4s', data[at:at + 8])
            chunk = data[at + 8:at + 8 + n]
            assert zlib.crc32(kind + chunk) == struct.unpack('>I', data[at + 8 + n:at + 12 + n])[0], 'checksum'
            kinds.append(kind)
            if kind == b'IHDR':
                self.width, self.height, bits, colour, _, _, interlace = struct.unpack('>IIBBBBB', chunk)
                assert bits == 8 and colour in (0, 2) and interlace == 0, (bits, colour, interlace)
            elif kind == b'IDAT':
                body += chunk
            elif kind in (b'tEXt', b'iTXt'):
                key, _, rest = chunk.partition(b'\0')
                self.text[key.decode()] = rest.decode('utf-8', 'replace').lstrip('\0')
            at += 12 + n
        assert kinds[0] == b'IHDR' and kinds[-1] == b'IEND' and b'tIME' not in kinds
        self.samples = 1 if colour == 0 else 3
        self.pixel = self.rows(zlib.decompress(body))

    def rows(self, raw):
        step, n = self.samples, self.width * self.samples
        assert len(raw) == (n + 1) * self.height
        before, pixel = bytearray(n), []
        for y in range(self.height):
            how, row = raw[y * (n + 1)], bytearray(raw[y * (n + 1) + 1:(y + 1) * (n + 1)])
            assert how in (0, 1, 2, 3, 4)
            for k in range(n if how else 0):
                left, up = row[k - step] if k >= step else 0, before[k]
                corner = before[k - step] if k >= step else 0
                guess = left + up - corner
                near = min((abs(guess - left), 0, left), (abs(guess - up), 1, up), (abs(guess - corner), 2, corner))[2]
                row[k] = (row[k] + (0, left, up, (left + up) // 2, near)[how]) & 255
            pixel.append(list(row) if step == 1 else [tuple(row[k:k + 3]) for k in range(0, n, 3)])
            before = row
        return pixel
