"""The training data as hashed counts, and the key word strength that the engine works out, from the same counts."""
import functools
import json
import random
import tomllib
from pathlib import Path

import numpy as np
import scipy.sparse as sp

from features import BUCKETS, fnv1a, tokens, vector
from ordinary import fitted_half

ROOT = Path(__file__).resolve().parents[2]


def bucket(feature: str) -> int:
    return fnv1a(feature.encode()) % BUCKETS


def load(path: str):
    """Counts (rows by buckets), labels, sentence vectors."""
    data = np.load(path)
    counts = sp.csr_matrix((data["data"].astype(float), data["indices"], data["indptr"]), shape=tuple(data["shape"]))
    return counts, data["label"].astype(int), data["minilm"].astype(float)


def own_rows(folder: Path):
    """Texts that the project wrote itself: counts and labels."""
    rows, labels = [], []
    for path in sorted(folder.glob("*.toml")):
        for text in tomllib.loads(path.read_text()).get("text", []):
            rows.append(vector(text["words"]))
            labels.append(int(text["sexual"]))
    return matrix(rows), np.array(labels, dtype=int)


def matrix(rows: list[dict[int, int]]):
    if not rows:
        return sp.csr_matrix((0, BUCKETS))
    lengths = np.cumsum([0] + [len(row) for row in rows])
    indices = np.array([key for row in rows for key in row], dtype=np.int32)
    values = np.array([value for row in rows for value in row.values()], dtype=float)
    return sp.csr_matrix((values, indices, lengths), shape=(len(rows), BUCKETS))


def ordinary_rows(path: str, most: int = 3000):
    """Counts of some paragraphs that ordinary.py gathered, of the half that may be fitted on, without text of our own."""
    lines = [json.loads(line) for line in Path(path).read_text().splitlines()]
    lines = [line["text"] for line in lines if fitted_half(line["text"]) and not line["id"].startswith("own")]
    random.Random(5).shuffle(lines)
    return matrix([vector(line) for line in lines[:most]])


def keys_of(phrase: str) -> list[str]:
    """The features that a word or phrase stands for: itself, or the pairs of neighbours of a longer one."""
    t = tokens(phrase)
    return ["w:" + t[0]] if len(t) == 1 else ["w:" + a + " " + b for a, b in zip(t, t[1:])]


@functools.cache
def lexicon(file="lexicon.toml") -> np.ndarray:
    """The weights of a lexicon on their buckets; a pair of words stands for itself, a longer phrase for its pairs."""
    weights = np.zeros(BUCKETS)
    for group in tomllib.loads((ROOT / "tools/train" / file).read_text())["group"]:
        for word in group["words"]:
            keys = keys_of(word)
            for key in keys:
                weights[bucket(key)] = max(weights[bucket(key)], group["weight"] / len(keys))
    return weights


def keyword_permille(counts, category="sexual") -> np.ndarray:
    """The engine's strength of a category of words-core: distinct terms' weights s as s / (s + threshold), in permille.

    A phrase counts where each of its pairs of neighbours occurs, which is as near as hashed counts allow.
    """
    return keyword_permille_of(counts, ROOT / "packs/words-core.toml", category)


def keyword_permille_of(counts, path: Path, category="sexual") -> np.ndarray:
    """The same by another version of the pack."""
    pack = tomllib.loads(path.read_text())
    category = next(c for c in pack["category"] if c["name"] == category)
    here = (counts > 0).astype(float).tocsc()
    total = np.zeros(counts.shape[0])
    for group in category["group"]:
        for term in group["terms"]:
            found = np.ones(counts.shape[0])
            for key in keys_of(term):
                found *= here[:, [bucket(key)]].toarray().ravel()
            total += group["weight_permille"] * found
    return np.floor(total * 1000 / (total + category["threshold_permille"]))
