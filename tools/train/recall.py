"""What share of sexual texts raises a finding, and how many of those that do are sexual: the rules of words and scores on the training folds, out of fold.

    python recall.py --data ../../../shared/data/sexual-train.npz --ordinary /tmp/ordinary.jsonl [--words OLD/words-core.toml --plain]

Hashed counts stand for the text, read as one passage; innocent settings, languages and lengths are not followed. `--plain` leaves out what the score alone and
against words says in packs/settings-core.toml, `--words` takes another words-core: together, how it was before.
"""
import argparse
import tomllib
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression

import data
import fit
from train_sexual import CANDIDATES, chances

PICK = "nb-logistic c=1 + key words + lexicon + ordinary"
# As crates/engine/src/evaluate/contexts.rs.
SPEAKS, STRONG = 500, 750


def weights(counts, path):
    """Sum of the weights of the distinct listed words of each text."""
    strength = data.keyword_permille_of(counts, path)
    return strength, strength / np.maximum(1000 - strength, 1) * 1000


def speaks(chance, strength, total, score, plain):
    alone, against = score["alone"], score["against"]
    threshold = np.full(len(chance), score["threshold_permille"] / 1000)
    if not plain:
        threshold[total < alone["words_permille"]] = alone["threshold_permille"] / 1000
    by_score, by_words = chance >= threshold, strength >= SPEAKS
    if not plain:
        left = np.floor(strength * (1 - against["by_permille"] / 1000))
        by_words &= (chance >= against["below_permille"] / 1000) | (strength >= STRONG) | (left >= SPEAKS)
    return by_words, by_score


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--data", required=True)
    arguments.add_argument("--ordinary", required=True)
    arguments.add_argument("--words", type=Path, default=data.ROOT / "packs/words-core.toml")
    arguments.add_argument("--plain", action="store_true")
    arguments = arguments.parse_args()
    score = tomllib.loads((data.ROOT / "packs/settings-core.toml").read_text())["score"][0]
    counts, labels, _ = data.load(arguments.data)
    own_counts, own_labels = data.own_rows(Path(__file__).parent / "own")
    rows, own = len(labels), len(own_labels)
    counts, labels = sp.vstack([counts, own_counts]).tocsr(), np.concatenate([labels, own_labels])
    strength, total = weights(counts, arguments.words)
    margins = fit.out_of_fold(counts, fit.scaled(counts), strength, labels, CANDIDATES[PICK], own, 5, fit.scaled(data.ordinary_rows(arguments.ordinary)))
    platt = LogisticRegression(C=1e6).fit(margins.reshape(-1, 1), np.tile(labels[:rows], 5))
    chance = chances(margins, float(platt.coef_[0, 0]), float(platt.intercept_[0]))
    truth, figures = labels[:rows] == 1, []
    for repeat in chance:
        by_words, by_score = speaks(repeat, strength[:rows], total[:rows], score, arguments.plain)
        for said in (by_words | by_score, by_words, by_score):
            figures.append(((said & truth).sum() / truth.sum(), (said & truth).sum() / max(said.sum(), 1)))
    for name, at in (("findings", 0), ("by words", 1), ("by score", 2)):
        recall, precision = np.array(figures[at::3]).mean(0)
        print("%-10s recall %.3f precision %.3f" % (name, recall, precision))


if __name__ == "__main__":
    main()
