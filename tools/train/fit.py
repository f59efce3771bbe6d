"""The fit of one model: a margin that is a sum of bucket weights over the text's length, plus the key words' strength."""
import hashlib

import numpy as np
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score
from sklearn.model_selection import RepeatedStratifiedKFold
from sklearn.svm import LinearSVC

import data


def scaled(counts):
    """log(1 + count), each row to Euclidean length 1: what the engine works out, in whole numbers."""
    logs = counts.copy()
    logs.data = np.log1p(np.minimum(logs.data, 255))
    length = np.sqrt(np.asarray(logs.multiply(logs).sum(1)).ravel())
    return (sp.diags(1 / np.maximum(length, 1e-9)) @ logs).tocsr()


def idf(counts, min_rows):
    rows = np.asarray((counts > 0).sum(0)).ravel()
    weights = np.log((1 + counts.shape[0]) / (1 + rows)) + 1
    weights[rows < min_rows] = 0
    return weights


def ngram_weights(counts, unit, labels, how, ordinary=None):
    """Weights of a linear model over tf-idf; idf is folded in. `ordinary`: unit rows of everyday text, each a slight innocent example."""
    fold = idf(counts, how["min_rows"]) / 2.5
    rows = (unit @ sp.diags(fold)).tocsr()
    if how["model"] == "svm":
        model = LinearSVC(C=how["c"], random_state=0)
    elif how["model"] == "logistic":
        model = LogisticRegression(C=how["c"], max_iter=1000)
    else:  # each feature by its log-count ratio
        here = (counts > 0).astype(float)
        yes = np.asarray(here[labels == 1].sum(0)).ravel() + 1
        no = np.asarray(here[labels == 0].sum(0)).ravel() + 1
        fold = fold * np.log((yes / yes.sum()) / (no / no.sum()))
        rows = (unit @ sp.diags(fold)).tocsr()
        logistic = how["model"] == "nb-logistic"
        model = LogisticRegression(C=how["c"], max_iter=2000) if logistic else LinearSVC(C=how["c"], random_state=0)
    weigh = np.ones(len(labels))
    if ordinary is not None and how.get("ordinary_weight"):
        rows = sp.vstack([rows, ordinary @ sp.diags(fold)]).tocsr()
        labels = np.concatenate([labels, np.zeros(ordinary.shape[0], dtype=int)])
        weigh = np.concatenate([weigh, np.full(ordinary.shape[0], how["ordinary_weight"])])
    return model.fit(rows, labels, sample_weight=weigh).coef_.ravel() * fold


def fit(counts, unit, keywords, labels, how, ordinary=None):
    """Bucket weights and the key words' factor; each part scaled to spread 1 on the rows it was fitted on."""
    weights = ngram_weights(counts, unit, labels, how, ordinary)
    weights = weights / max((unit @ weights).std(), 1e-9)
    if how.get("lexicon_share"):
        lexicon = data.lexicon()
        weights = weights + how["lexicon_share"] * lexicon / max((unit @ lexicon).std(), 1e-9)
    return weights, how["keyword_share"] / keywords.std()


def out_of_fold(counts, unit, keywords, labels, how, own=0, repeats=5, ordinary=None):
    """Margins of each row by models that did not see it; the last `own` rows are fitted on in every fold."""
    rows = len(labels) - own
    margins = np.zeros((repeats, rows))
    parts = RepeatedStratifiedKFold(n_splits=5, n_repeats=repeats, random_state=1)
    for number, (train, test) in enumerate(parts.split(np.zeros(rows), labels[:rows])):
        train = np.concatenate([train, np.arange(rows, rows + own)])
        weights, factor = fit(counts[train], unit[train], keywords[train], labels[train], how, ordinary)
        margins[number // 5, test] = unit[test] @ weights + factor * keywords[test]
    return margins


def figures(margins, labels):
    """Mean and standard deviation over repeats of the average precision of all out-of-fold margins."""
    each = [average_precision_score(labels, row) for row in margins]
    return float(np.mean(each)), float(np.std(each))


def write(name, version, about, script, weights, factor, base, reads=""):
    """Both files of a model. Whole numbers: logarithms in 1/4096, weights to 15 bits, the rest in millionths."""
    logs = np.round(np.log1p(np.arange(256)) * 4096).astype("<u2")
    step = np.abs(weights).max() / 32767
    whole = np.round(weights / step).astype("<i2")
    body = logs.tobytes() + whole.tobytes()
    folder = data.ROOT / "packs/models"
    (folder / f"{name}-{version}.bin").write_bytes(body)
    points = np.linspace(-9, 9, 73)
    margins = ", ".join(str(int(round(point * 1e6))) for point in points)
    chance = ", ".join(str(int(round(1e6 / (1 + np.exp(-point))))) for point in points)
    (folder / f"{name}-{version}.toml").write_text(f"""# Written by tools/train/{script}; do not edit by hand. See docs/cards/{name}.md.
name = "{name}"
version = "{version}"
about = "{about}"
features = "text features v1"
{reads}weights_sha256 = "{hashlib.sha256(body).hexdigest()}"

[margin]
bias_millionths = {round(base * 1e6)}
weight_scale = {round(step * 1e9)}
keyword_scale = {round(factor * 1e3 * 1e6)}

[calibration]
margin_millionths = [{margins}]
chance_millionths = [{chance}]
""")
