"""Counts, of `classify text --jsonl` lines with the kind as id, those whose scores are at or above 0.5 and 0.8; `--over SCORE` lists numbers of lines at 0.5."""
import json
import sys
from collections import Counter

SCORES = ("sexual", "solicitation", "grooming", "minor_reference")
CUTS = (0.5, 0.8)
total, found, over = Counter(), Counter(), []
for number, line in enumerate(sys.stdin):
    line = json.loads(line)
    total[line["id"]] += 1
    for score in SCORES:
        for cut in CUTS:
            found[line["id"], score, cut] += line["scores"][score] >= cut
    if len(sys.argv) > 2 and line["scores"][sys.argv[2]] >= 0.5:
        over.append(number)
for kind in [*total, None]:
    rows = total[kind] if kind else sum(total.values())
    said = [(s, [found[kind, s, c] if kind else sum(found[k, s, c] for k in total) for c in CUTS]) for s in SCORES]
    print("%-28s %6d paragraphs; at 0.5 / 0.8: %s" % (kind or "all", rows, ", ".join("%s %d/%d" % (s, *n) for s, n in said)))
if over:
    print("lines:", *over)
