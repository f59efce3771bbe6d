"""What the small picture model makes of pictures by a formula, worked out with numpy alone: nothing is folded, no runtime is asked.

    /tmp/images/bin/python tools/images/nsfwjs_reference.py target/models/nsfwjs-mobilenet-v2 > testdata/inference/nsfwjs-mobilenet-v2-reference.jsonl

Set up as `nsfw_reference.py` says. The network is walked as its own description has it (`model.min.js`), layer by layer. A
picture is brought to 224 by 224 with Pillow's bilinear filter, rows first, and divided by 255. No picture is kept.
"""
import base64
import json
import re
import sys
from pathlib import Path

import numpy

from nsfw_reference import RINGS, SIZES, rings
from pdq_vectors import FORMULAS, picture


def exported(path):
    """What a minified script exports: its shorthands are turned into JSON."""
    text = re.search(r"\.exports=([{\"].*)\},\{\}\]\},\{\},\[1\]\)", path.read_text(), re.S).group(1)
    text = re.sub(r"([{,])([A-Za-z_$][\w$]*):", r'\1"\2":', text).replace("!0", "true").replace("!1", "false")
    return json.loads(re.sub(r"([:\[,]-?)\.(\d)", r"\g<1>0.\2", text))


def load(folder):
    model = exported(folder / "model.min.js")
    left = base64.b64decode(exported(folder / "group1-shard1of1.min.js"))
    weights = {}
    for one in (one for group in model["weightsManifest"] for one in group["weights"]):
        count, range_ = int(numpy.prod(one["shape"])), one["quantization"]
        values = numpy.frombuffer(left[:count], numpy.uint8) * float(range_["scale"]) + float(range_["min"])
        weights[one["name"]] = values.astype(numpy.float32).astype(numpy.float64).reshape(one["shape"])
        left = left[count:]
    assert not left
    return model["modelTopology"]["model_config"]["config"]["layers"], weights


def patches(seen, config):
    """For each place of the kernel, what lies under it, over all places of the picture."""
    high, wide = config["kernel_size"]
    (step, _), height = config["strides"], seen.shape[0]
    if config["padding"] == "same" and high > 1:
        assert step == 1
        seen = numpy.pad(seen, ((high // 2,) * 2, (wide // 2,) * 2, (0, 0)))
        height = seen.shape[0]
    out = (height - high) // step + 1
    for y in range(high):
        for x in range(wide):
            yield (y, x), seen[y : y + out * step : step, x : x + out * step : step]


def layer(kind, name, config, inputs, weights):
    seen = inputs[0]
    if kind == "Conv2D":
        return sum(part @ weights[f"{name}/kernel"][at] for at, part in patches(seen, config))
    if kind == "DepthwiseConv2D":
        return sum(part * weights[f"{name}/depthwise_kernel"][at][:, 0] for at, part in patches(seen, config))
    if kind == "BatchNormalization":
        mean, spread = weights[f"{name}/moving_mean"], weights[f"{name}/moving_variance"]
        even = (seen - mean) / numpy.sqrt(spread + config["epsilon"])
        return even * weights[f"{name}/gamma"] + weights[f"{name}/beta"]
    if kind == "ZeroPadding2D":
        return numpy.pad(seen, [*config["padding"], (0, 0)])
    if kind == "Dense":
        seen = seen @ weights[f"{name}/kernel"] + weights[f"{name}/bias"]
        return numpy.maximum(seen, 0) if config["activation"] == "relu" else numpy.exp(seen) / numpy.exp(seen).sum()
    if kind == "ReLU":
        return numpy.clip(seen, 0, config["max_value"])
    if kind == "AveragePooling2D":
        return seen.mean(axis=(0, 1))
    return {"Add": lambda: inputs[0] + inputs[1], "Flatten": seen.ravel, "Dropout": lambda: seen}[kind]()


def chances(layers, weights, values):
    known = {layers[0]["name"]: values}
    for one in layers[1:]:
        inputs = [known[name] for name, *_ in one["inbound_nodes"][0]]
        known[one["name"]] = layer(one["class_name"], one["name"], one["config"], inputs, weights)
    return known[layers[-1]["name"]]


if __name__ == "__main__":
    from PIL import Image

    layers, weights = load(Path(sys.argv[1]))
    for width, height in SIZES:
        for kind, make, formulas in (("waves", picture, FORMULAS), ("rings", rings, RINGS)):
            for formula in formulas:
                image = Image.fromarray(make(width, height, *formula))
                image = image.resize((224, height), resample=Image.BILINEAR).resize((224, 224), resample=Image.BILINEAR)
                drawing, hentai, neutral, porn, sexy = chances(layers, weights, numpy.asarray(image, dtype=numpy.float64) / 255)
                line = {"kind": kind, "width": width, "height": height, "formula": formula}
                line |= {"explicit": round(float(porn + hentai), 6), "neutral": round(float(neutral + drawing), 6)}
                print(json.dumps(line))
