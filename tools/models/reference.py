"""Vectors of a few neutral sentences by a second implementation, in numpy with 64-bit floats, of BERT as its paper describes it.

    python3 -m pip install numpy tokenizers
    python3 tools/models/reference.py target/models/all-MiniLM-L6-v2 > testdata/inference/minilm-reference.jsonl
"""
import json, struct, sys
from math import erf

import numpy as np
from tokenizers import Tokenizer

FOLDER, TOKENS_MAX, HEADS = sys.argv[1], 48, 12
TEXTS = ["A harbour lantern hung in the window.", "The ferry to Orkney leaves at 7:15 tomorrow, weather permitting.",
         "Café naïveté, 東京 and Ελλάδα: words of four scripts.", "", "brass " * 80]

raw = open(FOLDER + "/model.safetensors", "rb").read()
[length] = struct.unpack("<Q", raw[:8])
weights = {}
for name, it in json.loads(raw[8 : 8 + length]).items():
    if name != "__metadata__" and it["dtype"] == "F32":
        start, end = it["data_offsets"]
        weights[name] = np.frombuffer(raw[8 + length + start : 8 + length + end], "<f4").reshape(it["shape"]).astype(float)
tokenizer = Tokenizer.from_file(FOLDER + "/tokenizer.json")
tokenizer.no_padding()
tokenizer.enable_truncation(TOKENS_MAX)

def norm(x, part):
    centred = x - x.mean(-1, keepdims=True)
    return centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-12) * weights[part + ".weight"] + weights[part + ".bias"]

def linear(x, part): return x @ weights[part + ".weight"].T + weights[part + ".bias"]

def gelu(x): return x * 0.5 * (1 + np.vectorize(erf)(x / np.sqrt(2)))

def vector(text):
    ids = tokenizer.encode(text).ids
    tables = [weights[f"embeddings.{kind}_embeddings.weight"] for kind in ("word", "position", "token_type")]
    x = norm(tables[0][ids] + tables[1][: len(ids)] + tables[2][0], "embeddings.LayerNorm")
    for layer in range(6):
        part = f"encoder.layer.{layer}."
        q, k, v = [linear(x, part + "attention.self." + which).reshape(len(ids), HEADS, -1).transpose(1, 0, 2)
                   for which in ("query", "key", "value")]
        shares = np.exp(q @ k.transpose(0, 2, 1) / np.sqrt(q.shape[-1]))
        shares /= shares.sum(-1, keepdims=True)
        context = (shares @ v).transpose(1, 0, 2).reshape(len(ids), -1)
        x = norm(x + linear(context, part + "attention.output.dense"), part + "attention.output.LayerNorm")
        x = norm(x + linear(gelu(linear(x, part + "intermediate.dense")), part + "output.dense"), part + "output.LayerNorm")
    mean = x.mean(0)
    return ids, mean / np.linalg.norm(mean)

for text in TEXTS:
    ids, v = vector(text)
    first = [round(float(value), 6) for value in v[:8]]
    print(json.dumps(dict(text=text, tokens=len(ids), first=first, sum=round(float(v.sum()), 6)), ensure_ascii=False))
