"""Counts, of `classify text --jsonl` lines with the kind as id, those whose `sexual` is at or above some scores."""
import json
import sys
from collections import Counter

CUTS = (0.3, 0.5, 0.8, 0.9)
total, found = Counter(), Counter()
for line in sys.stdin:
    line = json.loads(line)
    total[line["id"]] += 1
    for cut in CUTS:
        found[line["id"], cut] += line["scores"]["sexual"] >= cut
for kind in [*total, None]:
    rows = total[kind] if kind else sum(total.values())
    said = [found[kind, cut] if kind else sum(found[k, cut] for k in total) for cut in CUTS]
    print("%-20s %6d paragraphs; at %s" % (kind or "all", rows, ", ".join(f"{c}: {n}" for c, n in zip(CUTS, said))))
