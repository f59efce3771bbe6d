"""Paragraphs of ordinary text in other languages from translated manual pages that this machine has, as JSON lines.

Beside `ordinary.py`, for the packs of other languages; the text is never committed. Urdu, Punjabi and Arabic have no manual
pages, so nothing is measured for them here.
"""
import json
import random
import sys
from pathlib import Path

from ordinary import EACH, manual, paragraphs, read


def main():
    for language in ("es", "fr", "pl", "pt_BR", "ro", "de", "it", "nl", "tr"):
        files = sorted(Path("/usr/share/man", language).glob("man*/*.gz"))
        random.Random(1).shuffle(files)
        seen = set()
        for path in files:
            for part in paragraphs(manual(read(path))):
                if part not in seen and len(seen) < EACH:
                    seen.add(part)
                    sys.stdout.write(json.dumps({"id": f"manual-pages-{language}", "text": part}) + "\n")


if __name__ == "__main__":
    main()
