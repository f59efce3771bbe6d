"""Trains the head of the sentence model, packs/models/sexual-sentence-1.toml, and measures when it is worth asking. Prints figures, never text.

A logistic regression on the sentence vectors; its margin, times `share`, is added to the linear model's margin before its table of chances. It is asked
only where the linear model's own chance lies within a band.
"""
import argparse
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression

import data
import fit
from train_sexual import CANDIDATES

HEAD = {"c": 1, "max_iter": 1000, "class_weight": "balanced"}
BANDS = [(0, 1), (0.02, 0.98), (0.03, 0.97), (0.05, 0.95), (0.1, 0.9), (0.2, 0.8)]


def head(vectors, labels):
    return LogisticRegression(C=HEAD["c"], max_iter=HEAD["max_iter"], class_weight=HEAD["class_weight"]).fit(vectors, labels)


def out_of_fold(vectors, labels, repeats):
    margins = np.zeros((repeats, len(labels)))
    parts = fit.RepeatedStratifiedKFold(n_splits=5, n_repeats=repeats, random_state=1)
    for number, (train, test) in enumerate(parts.split(vectors, labels)):
        margins[number // 5, test] = head(vectors[train], labels[train]).decision_function(vectors[test])
    return margins


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--data", required=True, help="sexual-train.npz")
    arguments.add_argument("--pick", required=True, help="the candidate of train_sexual.py that is shipped")
    arguments.add_argument("--ordinary", required=True, help="JSON lines of ordinary.py, as for train_sexual.py")
    arguments.add_argument("--share", type=float, help="how much of the head's margin is added; writes the file")
    arguments.add_argument("--repeats", type=int, default=5)
    arguments = arguments.parse_args()
    counts, labels, vectors = data.load(arguments.data)
    own_counts, own_labels = data.own_rows(Path(__file__).parent / "own")
    rows, own = len(labels), len(own_labels)
    every, every_label = sp.vstack([counts, own_counts]).tocsr(), np.concatenate([labels, own_labels])
    unit, keywords = fit.scaled(every), data.keyword_permille(every)
    ordinary = fit.scaled(data.ordinary_rows(arguments.ordinary))
    linear = fit.out_of_fold(every, unit, keywords, every_label, CANDIDATES[arguments.pick], own, arguments.repeats, ordinary)
    platt = LogisticRegression(C=1e6).fit(linear.reshape(-1, 1), np.tile(labels, arguments.repeats))
    linear = linear * platt.coef_[0, 0] + platt.intercept_[0]
    sentence = out_of_fold(vectors, labels, arguments.repeats)
    print("linear alone %.4f sd %.4f; sentence alone %.4f sd %.4f" % (*fit.figures(linear, labels), *fit.figures(sentence, labels)))
    chance = 1 / (1 + np.exp(-linear))
    for share in (0.5, 1, 1.5, 2) if arguments.share is None else (arguments.share,):
        both = linear + share * sentence
        print("share %.1f" % share)
        for low, high in BANDS:
            asked = (chance >= low) & (chance <= high)
            # Within the band the sum stands for the score; it may move a text out of the band.
            mixed = np.where(asked, both, linear)
            print("  asked from %.2f to %.2f: %3.0f %% of texts, AUPRC %.4f sd %.4f" % (low, high, 100 * asked.mean(), *fit.figures(mixed, labels)))
            if (low, high) == (0.02, 0.98):
                print("    Brier %.4f, linear alone %.4f" % tuple(np.mean((1 / (1 + np.exp(-m)) - labels) ** 2) for m in (mixed, linear)))
    if arguments.share is not None:
        write(head(vectors, labels), arguments.share)


def write(model, share):
    weights = ", ".join(str(int(round(w * 1e6))) for w in model.coef_[0])
    (data.ROOT / "packs/models/sexual-sentence-1.toml").write_text(f"""# Written by tools/train/train_sentence.py; do not edit by hand. See docs/cards/sexual-sentence.md.
name = "sexual-sentence"
version = "1"
about = "Sexual content between adults, English: a logistic head on the vectors of all-MiniLM-L6-v2."
encoder = "all-MiniLM-L6-v2"
encoder_sha256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
# Added to the linear model's margin: share * (bias + sum of weights times vector), the share in permille, the rest in millionths.
share_permille = {round(share * 1000)}
bias_millionths = {round(model.intercept_[0] * 1e6)}
weights_millionths = [{weights}]

# Asked only where the linear model's chance, in millionths, lies within these ends.
[asked]
chance_least_millionths = 20000
chance_most_millionths = 980000
""")


if __name__ == "__main__":
    main()
