"""How many pages of ordinary English raise a finding under an order: lines of ordinary.py in, counts by kind and rule out.

    python ordinary.py --packages /tmp/ordinary --measure | python findings.py --order ../../testdata/orders/good/shpo-all-kinds.toml

Each paragraph becomes a page that was opened by hand; each has an instant of its own, by which its findings are known. `--show KIND` prints the words
found in paragraphs of kinds that begin so (not the paragraphs).
"""
import argparse
import json
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import datetime, timedelta, timezone
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BEGIN = datetime(2026, 6, 1, 12, tzinfo=timezone.utc)


def instant(number):
    return (BEGIN + timedelta(seconds=number)).strftime("%Y-%m-%dT%H:%M:%SZ")


def observation(number, text):
    return {
        "observed_at": instant(number), "source": "browser", "account": "person014",
        "attribution": {"act": "opened", "foreground": True, "since_input_ms": 900, "visible_ms": 4200},
        "fact": {"kind": "page", "url": "https://reading.example/", "title": "", "cut": False, "text": [{"offset": 0, "text": text}]},
    }


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--order", required=True)
    arguments.add_argument("--agent", default=str(ROOT / "target/debug/proviso-agent"))
    arguments.add_argument("--show")
    arguments = arguments.parse_args()
    lines = [json.loads(line) for line in sys.stdin]
    given = "".join(json.dumps(observation(number, line["text"])) + "\n" for number, line in enumerate(lines))
    out = subprocess.run([arguments.agent, "evaluate", "--order", arguments.order], input=given, capture_output=True, text=True, check=True).stdout
    rules = defaultdict(set)
    for finding in map(json.loads, out.splitlines()):
        number = finding["observed_at"].replace(".000000", "")
        rules[number].add(finding["rule"])
        kind = lines[round((datetime.fromisoformat(number.replace("Z", "+00:00")) - BEGIN).total_seconds())]["id"]
        if arguments.show is not None and kind.startswith(arguments.show):
            print(kind, finding["rule"], finding.get("strength_permille"), [span["text"] for span in finding["spans"]])
    total, found, by_rule = Counter(), Counter(), defaultdict(Counter)
    for number, line in enumerate(lines):
        total[line["id"]] += 1
        here = rules.get(instant(number), ())
        found[line["id"]] += bool(here)
        by_rule[line["id"]].update(here)
    for kind in total:
        print("%-28s %6d pages, %3d with a finding %s" % (kind, total[kind], found[kind], dict(by_rule[kind]) or ""))
    for name, kinds in (("ordinary", [k for k in total if not k.startswith("own")]), ("own", [k for k in total if k.startswith("own")])):
        pages, with_one = sum(total[k] for k in kinds), sum(found[k] for k in kinds)
        print("%-28s %6d pages, %3d with a finding: 1 in %.0f" % ("all " + name, pages, with_one, pages / max(with_one, 1)))


if __name__ == "__main__":
    main()
