"""Small pictures for tests, and what the reference makes of them: abstract waves and rings by a formula.

    /tmp/images/bin/python tools/images/pictures.py testdata/pictures
"""
import hashlib
import json
import struct
import sys
import zlib
from pathlib import Path

import numpy
import pdqhash
from PIL import Image

from nsfw_reference import rings
from pdq_vectors import picture

into = Path(sys.argv[1])
into.mkdir(parents=True, exist_ok=True)
waves = Image.fromarray(picture(160, 120, 13, 2, 5))
warm = Image.fromarray(rings(97, 201, 8, 4, 6))
waves.save(into / "waves.png", optimize=True)
waves.save(into / "waves.jpg", quality=90)
waves.save(into / "waves-page.jpg", quality=80, progressive=True)
waves.save(into / "waves.webp", lossless=True)
waves.convert("L").save(into / "grey.png", optimize=True)
warm.save(into / "rings.bmp")
warm.quantize(32).save(into / "rings.gif", save_all=True, append_images=[waves.resize(warm.size).quantize(32)])

lines = []
for path in sorted(into.glob("*.*")):
    if path.suffix not in (".png", ".jpg", ".webp", ".bmp", ".gif"):
        continue
    data = path.read_bytes()
    bits, quality = pdqhash.compute(numpy.asarray(Image.open(path).convert("RGB")))
    pdq = "%064x" % int("".join(str(int(bit)) for bit in bits), 2)
    md5, sha256 = hashlib.md5(data).hexdigest(), hashlib.sha256(data).hexdigest()
    lines.append(json.dumps({"file": path.name, "md5": md5, "sha256": sha256, "pdq": pdq, "pdq_quality": int(quality)}))
(into / "expected.jsonl").write_text("\n".join(lines) + "\n")


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


# Says that it has 3,600 million pixels in a few bytes; and one that is allowed and holds nothing but zeros, 3 million of them.
harm = into / "harm"
harm.mkdir(exist_ok=True)
for name, width, height, rows in (("says-huge.png", 60000, 60000, 1), ("inflates.png", 2000, 1500, 1500)):
    body = zlib.compress(bytes(1 + 3 * width) * rows if rows > 1 else b"\0", 9)
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    (harm / name).write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b""))
jpeg = (into / "waves.jpg").read_bytes()
(harm / "cut.png").write_bytes((into / "waves.png").read_bytes()[:900])
(harm / "page.jpg").write_bytes(b"<html><script>1</script></html>")
(harm / "two-in-one.jpg").write_bytes(jpeg + b"PK\x03\x04" + bytes(64))
