"""Trains packs/models/sexual-linear-2 from hashed counts; see README.md beside this file. Prints figures, never text."""
import argparse
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss

import data
import fit

CANDIDATES = {
    "svm c=1": {"model": "svm", "c": 1, "min_rows": 1, "keyword_share": 0},
    "svm c=0.1, 3 rows": {"model": "svm", "c": 0.1, "min_rows": 3, "keyword_share": 0},
    "logistic c=10": {"model": "logistic", "c": 10, "min_rows": 1, "keyword_share": 0},
    "nb-svm c=1": {"model": "nb-svm", "c": 1, "min_rows": 1, "keyword_share": 0},
    "svm c=0.1 + key words": {"model": "svm", "c": 0.1, "min_rows": 3, "keyword_share": 0.4},
    "logistic c=10 + key words": {"model": "logistic", "c": 10, "min_rows": 3, "keyword_share": 0.4},
    "nb-svm c=0.1 + key words": {"model": "nb-svm", "c": 0.1, "min_rows": 3, "keyword_share": 0.3},
    "nb-svm c=0.1 + key words + lexicon": {"model": "nb-svm", "c": 0.1, "min_rows": 3, "keyword_share": 0.2, "lexicon_share": 0.2},
    "nb-logistic c=1 + key words + lexicon": {"model": "nb-logistic", "c": 1, "min_rows": 3, "keyword_share": 0.2, "lexicon_share": 0.2},
    "nb-logistic c=1 + key words + lexicon + ordinary": {
        "model": "nb-logistic", "c": 1, "min_rows": 3, "keyword_share": 0.2, "lexicon_share": 0.2, "ordinary_weight": 0.05,
    },
}


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--data", required=True, help="sexual-train.npz")
    arguments.add_argument("--pick", help="name of the candidate to write; without it the best is named and none written")
    arguments.add_argument("--ordinary", required=True, help="JSON lines of ordinary.py; half of them is fitted on")
    arguments.add_argument("--repeats", type=int, default=5)
    arguments = arguments.parse_args()

    counts, labels, _ = data.load(arguments.data)
    own_counts, own_labels = data.own_rows(Path(__file__).parent / "own")
    rows, own = len(labels), len(own_labels)
    counts, labels = sp.vstack([counts, own_counts]).tocsr(), np.concatenate([labels, own_labels])
    unit, keywords = fit.scaled(counts), data.keyword_permille(counts)
    print(f"{rows} rows, {int(labels[:rows].sum())} sexual; {own} of our own")
    print("key words alone: %.4f" % fit.figures(keywords[None, :rows], labels[:rows])[0])

    ordinary = fit.scaled(data.ordinary_rows(arguments.ordinary))
    margins = {}
    names = [arguments.pick] if arguments.pick else CANDIDATES
    for name in names:
        how = CANDIDATES[name]
        margins[name] = fit.out_of_fold(counts, unit, keywords, labels, how, own, arguments.repeats, ordinary)
        print("%-50s %.4f sd %.4f" % (name, *fit.figures(margins[name], labels[:rows])), flush=True)
    if not arguments.pick:
        return
    platt = LogisticRegression(C=1e6).fit(margins[arguments.pick].reshape(-1, 1), np.tile(labels[:rows], arguments.repeats))
    slope, base = float(platt.coef_[0, 0]), float(platt.intercept_[0])
    reliability(margins[arguments.pick], labels[:rows], slope, base)
    weights, factor = fit.fit(counts, unit, keywords, labels, CANDIDATES[arguments.pick], ordinary)
    fit.write("sexual-linear", 2, f"Sexual content between adults, English: {arguments.pick}.", "train_sexual.py", weights * slope, factor * slope, base)


def chances(margins, slope, base):
    return 1 / (1 + np.exp(-(slope * margins + base)))


def reliability(margins, labels, slope, base):
    """Brier score and how often each tenth of the scores was right, out of fold."""
    flat, truth = chances(margins.ravel(), slope, base), np.tile(labels, len(margins))
    print("Brier %.4f" % brier_score_loss(truth, flat))
    for low in np.arange(0, 1, 0.1):
        here = (flat >= low) & (flat < low + 0.1)
        if here.any():
            print("  %.1f to %.1f: mean score %.3f, sexual %.3f of %d" % (
                low, low + 0.1, flat[here].mean(), truth[here].mean(), here.sum() // len(margins)))
    for cut in (0.5, 0.8, 0.9):
        said = flat >= cut
        print("  at %.1f: precision %.3f recall %.3f" % (cut, truth[said].mean(), (said & (truth == 1)).sum() / truth.sum()))


if __name__ == "__main__":
    main()
