"""What Pillow makes of pictures by a formula when it brings them to a size with its bilinear filter, rows first: SHA-256 of the middle's bytes.

    /tmp/images/bin/python tools/images/resize_reference.py > testdata/inference/resize-reference.jsonl

Set up as `nsfw_reference.py` says. No picture is kept.
"""
import hashlib
import json

from PIL import Image

from pdq_vectors import FORMULAS, picture

SIZES = [(1, 1), (3, 700), (97, 401), (224, 224), (256, 256), (320, 240), (777, 333), (1601, 1003), (4096, 5)]

if __name__ == "__main__":
    for width, height in SIZES:
        for number, (resized, side) in enumerate([(256, 224), (224, 224), (299, 299)]):
            formula = FORMULAS[number]
            image = Image.fromarray(picture(width, height, *formula))
            # Rows first, always: by itself Pillow picks the order by the picture's shape, which is a shade of difference.
            image = image.resize((resized, height), resample=Image.BILINEAR).resize((resized, resized), resample=Image.BILINEAR)
            edge = (resized - side) // 2
            seen = image.crop((edge, edge, edge + side, edge + side))
            line = {"width": width, "height": height, "formula": formula, "resized": resized, "side": side}
            line["rgb"] = hashlib.sha256(seen.tobytes()).hexdigest()
            grey = image.getchannel("G").crop((edge, edge, edge + side, edge + side))
            line["green"] = hashlib.sha256(grey.tobytes()).hexdigest()
            print(json.dumps(line))
