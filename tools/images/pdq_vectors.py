"""Vectors of PDQ from the reference implementation (PyPI pdqhash, which binds Meta's C++ code), for pictures made by a formula.

    python3 -m venv /tmp/images && /tmp/images/bin/pip install pdqhash==0.2.8 numpy
    /tmp/images/bin/python tools/images/pdq_vectors.py > testdata/pdq/vectors.jsonl

Each line: width, height, the formula's three numbers, and the reference's hash and quality. The formula is that of
`crates/engine/tests/pdq.rs`; no picture is kept.
"""
import json

import numpy

SIZES = [(64, 64), (1, 1), (5, 7), (63, 65), (127, 128), (129, 200), (320, 240), (512, 512), (777, 333), (1024, 768), (1601, 1003)]
FORMULAS = [(1, 3, 7), (13, 2, 5), (31, 17, 11), (2, 29, 1)]


def picture(width, height, a, b, c):
    """Red, green and blue of each pixel: waves and steps, in whole numbers."""
    y, x = numpy.mgrid[0:height, 0:width].astype(numpy.int64)
    u, v = x * 4096 // width, y * 4096 // height
    red = (u * u * a + v * v * b) // 65536 % 256
    green = ((u // 256) * b + (v // 256) * c * 7 + u * v * a // 1048576) % 256
    blue = (u * c + v * a) // 64 % 256
    return numpy.stack([red, green, blue], axis=2).astype(numpy.uint8)


if __name__ == "__main__":
    import pdqhash

    for width, height in SIZES:
        for a, b, c in FORMULAS:
            bits, quality = pdqhash.compute(numpy.ascontiguousarray(picture(width, height, a, b, c)))
            digest = "%064x" % int("".join(str(int(bit)) for bit in bits), 2)
            print(json.dumps({"width": width, "height": height, "formula": [a, b, c], "pdq": digest, "quality": int(quality)}))
