"""What the reference runtime (onnxruntime) and Pillow make of pictures by a formula with the picture model.

    python3 -m venv /tmp/images && /tmp/images/bin/pip install onnxruntime==1.32.0 numpy pillow pdqhash==0.2.8
    /tmp/images/bin/python tools/images/nsfw_reference.py target/models/open-nsfw/open-nsfw.onnx > testdata/inference/open-nsfw-reference.jsonl

Resized to 256 by 256 with Pillow's bilinear filter, rows first, the middle 224 by 224, blue first, less the means. No picture is kept.
"""
import json
import sys

import numpy

from pdq_vectors import FORMULAS, picture

SIZES = [(224, 224), (320, 240), (97, 401), (1601, 1003)]
RINGS = [(8, 4, 6), (3, 2, 6), (5, 7, 6), (8, 12, 3)]


def rings(width, height, a, b, c):
    """Rings in warm colours: abstract, and not near 0 for the model, so that a difference would show."""
    y, x = numpy.mgrid[0:height, 0:width].astype(numpy.int64)
    u, v = x * 4096 // width, y * 4096 // height
    wave = (((u - 2048) ** 2 * a + (v - 2048) ** 2 * b) // 65536 + u * c // 64) % 512
    wave = numpy.where(wave < 256, wave, 511 - wave)
    return numpy.stack([120 + wave * 130 // 256, 70 + wave * 120 // 256, 50 + wave * 100 // 256], axis=2).astype(numpy.uint8)


if __name__ == "__main__":
    import onnxruntime
    from PIL import Image

    session = onnxruntime.InferenceSession(sys.argv[1])
    name = session.get_inputs()[0].name

    for width, height in SIZES:
        for kind, make, formulas in (("waves", picture, FORMULAS), ("rings", rings, RINGS)):
            for formula in formulas:
                image = Image.fromarray(make(width, height, *formula))
                # Rows first, always: by itself Pillow picks the order by the picture's shape, which is a shade of difference.
                image = image.resize((256, height), resample=Image.BILINEAR).resize((256, 256), resample=Image.BILINEAR)
                seen = numpy.asarray(image.crop((16, 16, 240, 240)), dtype=numpy.float32)[:, :, ::-1]
                values = seen - numpy.array([104, 117, 123], dtype=numpy.float32)
                chance = session.run(None, {name: values[None]})[0][0][1]
                print(json.dumps({"kind": kind, "width": width, "height": height, "formula": formula, "explicit": round(float(chance), 6)}))
