"""Trains packs/models/solicitation-linear-1 on text of our own and ordinary sentences; see README.md beside this file. Prints figures, never text."""
import argparse
import hashlib
import json
import random
import re
import tomllib
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score
from sklearn.model_selection import GroupKFold

import data
import fit
import solicitation
from features import features, vector
from ordinary import fitted_half
from segments import load as pieces
from windows import windows

CHAT_KINDS = ("irc-help", "irc-ops", "irc-social", "friends", "family", "gaming", "work", "advice", "small")
BASE = {
    "model": "logistic", "c": 10, "min_rows": 3, "ordinary": 0.02, "more": 0.1, "keywords": 0.0, "lexicon": 0.2, "bits": 16, "pairs": 1,
    "paragraphs": 3000, "rounds": 0, "hard": 1000, "hard_weight": 0.1,
}
CANDIDATES = {
    "logistic": BASE | {"lexicon": 0},
    "logistic, lexicon": BASE,
    "logistic, lexicon, key words": BASE | {"keywords": 0.05},
    "logistic, lexicon, hard examples": BASE | {"rounds": 1},
    "logistic, lexicon, hard examples twice": BASE | {"rounds": 2},
    "logistic, lexicon, hard examples, pairs twice": BASE | {"rounds": 1, "pairs": 2},
    "logistic, lexicon, hard examples, 18 bits": BASE | {"rounds": 1, "bits": 18},
}


class Rows:
    """Texts as windows: counts of each, its key words, and which text it belongs to."""

    def __init__(self, texts, whole=False):
        self.texts = len(texts)
        cut = [[text] if whole else windows(text) or [text] for text in texts]
        self.of = np.repeat(np.arange(len(texts)), [len(one) for one in cut])
        counts = data.matrix([vector(window) for one in cut for window in one])
        self.unit = {}
        self.counts = counts
        whole_counts = counts if whole else data.matrix([vector(text) for text in texts])
        self.keywords = data.keyword_permille(whole_counts, "solicitation")[np.arange(len(texts)) if whole else self.of]

    def folded(self, bits):
        """Counts and unit rows in 2^bits buckets."""
        if bits not in self.unit:
            counts = self.counts
            if bits < 18:
                coo = counts.tocoo()
                counts = sp.csr_matrix((coo.data, (coo.row, coo.col % (1 << bits))), shape=(counts.shape[0], 1 << bits))
                counts.sum_duplicates()
            self.unit[bits] = (counts, fit.scaled(counts))
        return self.unit[bits]

    def strongest(self, margins):
        out = np.full(self.texts, -1e9)
        np.maximum.at(out, self.of, margins)
        return out


class Model:
    def __init__(self, weights, keywords, bits):
        self.weights, self.keywords, self.bits = weights, keywords, bits

    def margins(self, rows):
        unit = rows.folded(self.bits)[1]
        return rows.strongest(unit @ self.weights + self.keywords * rows.keywords)


PAIRS = np.zeros(1 << 18, dtype=bool)


def note_pairs(texts):
    """Which buckets are pairs of words of our own text."""
    for feature in {feature for text in texts for feature in features(text)}:
        if feature.startswith("w:") and " " in feature:
            PAIRS[data.bucket(feature)] = True


def train(parts, how):
    """`parts`: (rows, labels, weights) each; one model."""
    counts = sp.vstack([rows.folded(how["bits"])[0] for rows, _, _ in parts]).tocsr()
    unit = sp.vstack([rows.folded(how["bits"])[1] for rows, _, _ in parts]).tocsr()
    labels = np.concatenate([labels for _, labels, _ in parts])
    weigh = np.concatenate([weights for _, _, weights in parts])
    fold = fit.idf(counts, how["min_rows"]) / 2.5
    fold = np.where(PAIRS.reshape(-1, 1 << how["bits"]).any(0), fold * how["pairs"], fold)
    model = LogisticRegression(C=how["c"], max_iter=3000)
    weights = model.fit((unit @ sp.diags(fold)).tocsr(), labels, sample_weight=weigh).coef_.ravel() * fold
    own_unit = parts[0][0].folded(how["bits"])[1]
    weights = weights / max((own_unit @ weights).std(), 1e-9)
    if how["lexicon"]:
        lexicon = data.lexicon("solicitation/lexicon.toml").reshape(-1, 1 << how["bits"]).max(0)
        weights = weights + how["lexicon"] * lexicon / max((own_unit @ lexicon).std(), 1e-9)
    return Model(weights, how["keywords"] / max(parts[0][0].keywords.std(), 1e-9), how["bits"])


def sentences(lines, seed, count=3000):
    """Ordinary sentences, for what stands around a text."""
    found = [part for line in lines for part in re.split(r"(?<=[.!?])\s+", line)[:3] if 6 <= len(part.split()) <= 24]
    random.Random(seed).shuffle(found)
    return found[:count]


def part(text):
    """0: fitted on, 1: chosen by, 2 and 3: measures only."""
    return 2 if not fitted_half(text) else hashlib.sha256(text.encode()).digest()[1] % 2


def chats():
    """Lines of ordinary chat of our own, of the half of testdata/conversations that is for development."""
    return [line for (_, stage), all_pieces in pieces("dev").items() if stage in CHAT_KINDS for lines in all_pieces for line in lines]


class Material:
    def __init__(self, ordinary):
        lines = [json.loads(line) for line in Path(ordinary).read_text().splitlines()]
        lines = [line["text"] for line in lines if not line["id"].startswith("own")]
        random.Random(5).shuffle(lines)
        self.ordinary = [[line for line in lines if part(line) == number] for number in range(3)]
        own = solicitation.fitted()
        note_pairs({text for text, _, _ in own})
        self.labels = np.array([label for _, label, _ in own])
        self.lines = np.array([line for _, _, line in own])
        self.own = Rows([text for text, _, _ in own], whole=True)
        more = tomllib.loads((data.ROOT / "tools/train/own/innocent.toml").read_text())["text"]
        self.more = Rows([one["words"] for one in more] + chats())
        self.pool = Rows(self.ordinary[0][:5000])
        self.other = Rows(self.ordinary[1][:4000])
        around = sentences(self.ordinary[1][4000:], 7)
        choose = solicitation.plain("choose")
        self.choose = [Rows([text for text, _ in lines]) for lines in (choose, solicitation.among(choose, around, 8))]
        self.choose_labels = np.array([label for _, label in choose])
        chosen = solicitation.chosen()
        self.chosen = Rows([text for text, _, _ in chosen], whole=True)
        self.chosen_labels, self.chosen_lines = (np.array([row[at] for row in chosen]) for at in (1, 2))


def window_rows(rows, windows_wanted):
    """Some windows of rows as rows of their own."""
    out = object.__new__(Rows)
    out.texts, out.of = len(windows_wanted), np.arange(len(windows_wanted))
    out.counts, out.unit = rows.counts[windows_wanted], {}
    out.keywords = rows.keywords[windows_wanted]
    return out


def fitted(material, how, chosen=()):
    """A model fitted on the lines of our own (each counts as one, over its versions), the lines of choose.toml with the numbers
    `chosen`, and ordinary windows."""
    each = 1 / solicitation.VARIANTS
    parts = [(material.own, material.labels, np.full(len(material.labels), each))]
    at = np.flatnonzero(np.isin(material.chosen_lines, chosen))
    if len(at):
        parts.append((window_rows(material.chosen, at), material.chosen_labels[at], np.full(len(at), each)))
    pool = np.flatnonzero(material.pool.of < how["paragraphs"])
    parts.append((window_rows(material.pool, pool), np.zeros(len(pool), dtype=int), np.full(len(pool), how["ordinary"])))
    count = material.more.counts.shape[0]
    parts.append((window_rows(material.more, np.arange(count)), np.zeros(count, dtype=int), np.full(count, how["more"])))
    model = train(parts, how)
    for _ in range(how["rounds"]):  # the ordinary windows that a model takes for solicitation, as examples of their own
        unit = material.pool.folded(how["bits"])[1]
        margins = unit @ model.weights + model.keywords * material.pool.keywords
        hard = np.argsort(-margins)[:how["hard"]]
        parts.append((window_rows(material.pool, hard), np.zeros(len(hard), dtype=int), np.full(len(hard), how["hard_weight"])))
        model = train(parts, how)
    return model


def at_false(margins, labels, ordinary, rate):
    """Share of solicitations above the margin that `rate` of ordinary paragraphs reach."""
    cut = np.quantile(ordinary, 1 - rate)
    return (margins[labels == 1] > cut).mean()


def told(name, model, material):
    said = []
    ordinary = model.margins(material.other)
    for rows in material.choose:
        margins = model.margins(rows)
        said.append("%.3f (%.2f, %.2f)" % (
            average_precision_score(material.choose_labels, margins), at_false(margins, material.choose_labels, ordinary, 1 / 1000),
            at_false(margins, material.choose_labels, ordinary, 1 / 300)))
    print("%-60s alone %s among %s" % (name, *said), flush=True)


def held_out(material, how, folds=3):
    """Margins of choose.toml, alone and among others, by models fitted on the rest of it; and of ordinary paragraphs by each."""
    margins = [np.zeros(len(material.choose_labels)) for _ in material.choose]
    ordinary = []
    # A line and its near miss stand on the same side of a fold, else the one would be told by the other.
    labels = material.choose_labels
    pairs = np.concatenate([np.arange((labels == 1).sum()), np.arange((labels == 0).sum())])
    for taken, left in GroupKFold(folds, shuffle=True, random_state=3).split(labels, groups=pairs):
        model = fitted(material, how, taken)
        for one, rows in zip(margins, material.choose):
            one[left] = model.margins(rows)[left]
        ordinary.append(model.margins(material.other))
    return margins, np.concatenate(ordinary)


def calibrated(margins, labels, ordinary):
    """Platt's logistic on texts that were not fitted on, where one in five is solicitation: slope and base."""
    lines, labels = np.concatenate(margins), np.tile(labels, len(margins))
    margins = np.concatenate([lines, ordinary])
    truth = np.concatenate([labels, np.zeros(len(ordinary), dtype=int)])
    weigh = np.concatenate([np.where(labels == 1, 0.2 / (labels == 1).sum(), 0.4 / (labels == 0).sum()), np.full(len(ordinary), 0.4 / len(ordinary))])
    platt = LogisticRegression(C=1e6).fit(margins.reshape(-1, 1), truth, sample_weight=weigh * len(truth))
    return float(platt.coef_[0, 0]), float(platt.intercept_[0])


def thresholds(slope, base, sets, labels, ordinary):
    """Precision is not told: it depends on how rare solicitation is."""
    said = [1 / (1 + np.exp(-(slope * margins + base))) for margins in sets]
    everyday = 1 / (1 + np.exp(-(slope * ordinary + base)))
    for cut in (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95):
        print("  at %.2f: %s; ordinary paragraphs %d of %d" % (cut, ", ".join(
            "recall %.3f, near misses and ordinary lines said %.3f" % ((one >= cut)[labels == 1].mean(), (one >= cut)[labels == 0].mean()) for one in said),
            (everyday >= cut).sum(), len(everyday)))
    for one in said:
        print("  average precision %.3f, ROC area %.3f, Brier %.3f" % (
            average_precision_score(labels, one), roc_auc_score(labels, one), brier_score_loss(labels, one)))


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--ordinary", required=True, help="JSON lines of ordinary.py; a quarter is fitted on, a quarter chosen by")
    arguments.add_argument("--pick", help="name of the candidate to write; without it figures of all, and none written")
    arguments.add_argument("--check", action="store_true", help="figures on check.toml; to be looked at once")
    arguments = arguments.parse_args()
    material = Material(arguments.ordinary)
    print("%d lines of our own in %d versions, %d of them solicitation; %d windows of ordinary text" % (
        len(set(material.lines)), len(material.labels), len(set(material.lines[material.labels == 1])), material.pool.counts.shape[0]))
    for name, how in CANDIDATES.items():
        if arguments.pick in (None, name):
            told(name, fitted(material, how), material)
    if not arguments.pick:
        return
    how, labels = CANDIDATES[arguments.pick], material.choose_labels
    margins, ordinary = held_out(material, how)
    slope, base = calibrated(margins, labels, ordinary)
    print("choose, held out of the fit; each ordinary paragraph by three models:")
    thresholds(slope, base, margins, labels, ordinary)
    model = fitted(material, how, np.arange(len(labels)))
    fit.write(
        "solicitation-linear", 1, f"Asking for or offering sexual pictures, acts or meetings between adults, English: {arguments.pick}.",
        "train_solicitation.py", model.weights * slope, model.keywords * slope, base, 'reads = "sentences"\n')
    if arguments.check:
        check = solicitation.plain("check")
        around = sentences(material.ordinary[2], 11)
        sets = [model.margins(Rows([text for text, _ in lines])) for lines in (check, solicitation.among(check, around, 12))]
        print("check: %d lines, %d solicitation; ordinary paragraphs chosen by" % (len(check), sum(label for _, label in check)))
        thresholds(slope, base, sets, np.array([label for _, label in check]), model.margins(material.other))


if __name__ == "__main__":
    main()
