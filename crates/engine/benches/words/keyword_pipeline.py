"""The peer of the bench of words: what a careful Python pipeline would be. Key words and phrases of up to four words are
looked up in a set, and scikit-learn scores the page with a linear model over hashed words and pairs of words.

keyword_pipeline.py PAGES TERMS: says "ready"; then for each line on standard input reads all pages once and says the
seconds of processor time and the matches. PAGES holds pages, each a 32-bit little-endian length and its bytes; TERMS a term a line.
"""

import re
import struct
import sys
import time

import sklearn
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.linear_model import SGDClassifier

WORD = re.compile(r"[^\W_]+")


def pages_of(path):
    with open(path, "rb") as file:
        data = file.read()
    pages, at = [], 0
    while at + 4 <= len(data):
        (length,) = struct.unpack_from("<I", data, at)
        pages.append(data[at + 4 : at + 4 + length].decode())
        at += 4 + length
    return pages


def phrases(words, longest):
    for start in range(len(words)):
        phrase = words[start]
        yield phrase
        for more in words[start + 1 : start + longest]:
            phrase = phrase + " " + more
            yield phrase


def main():
    pages = pages_of(sys.argv[1])
    with open(sys.argv[2], encoding="utf-8") as file:
        terms = {" ".join(WORD.findall(line.lower())) for line in file}
    longest = max(term.count(" ") + 1 for term in terms)
    vectorizer = HashingVectorizer(ngram_range=(1, 2), n_features=2**18)
    # What the model has learnt makes no difference to its speed.
    model = SGDClassifier(loss="log_loss", random_state=1)
    model.fit(vectorizer.transform(pages[:64]), [nth % 2 for nth in range(len(pages[:64]))])
    print("ready scikit-learn", sklearn.__version__, flush=True)
    for _ in sys.stdin:
        start = time.process_time()
        matches = 0
        for page in pages:
            words = WORD.findall(page.lower())
            matches += sum(phrase in terms for phrase in phrases(words, longest))
            model.predict_proba(vectorizer.transform([page]))
        print(f"{time.process_time() - start:.6f} {matches}", flush=True)


main()
