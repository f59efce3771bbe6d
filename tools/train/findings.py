"""How many pages of ordinary English raise a finding under an order: lines of ordinary.py in, counts by half, kind and rule out.

    python ordinary.py --packages /tmp/ordinary | python findings.py --half choosing

Each paragraph becomes a page that was opened by hand; each has an instant of its own, by which its findings are known. The order is the widest of this
repository unless `--order` names another. Weights and thresholds are chosen on the half `choosing` alone; `unseen` is for one measurement at the end.
Own text (health, victim support, sex education) belongs to both halves. `--show KIND` prints the words found in paragraphs of kinds that begin so (not
the paragraphs); `all` shows every kind.
"""
import argparse
import hashlib
import json
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import datetime, timedelta, timezone
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ORDER = ROOT / "testdata/orders/good/shpo-all-kinds.toml"
BEGIN = datetime(2026, 6, 1, 12, tzinfo=timezone.utc)


def instant(number):
    return (BEGIN + timedelta(seconds=number)).strftime("%Y-%m-%dT%H:%M:%SZ")


def observation(number, text):
    return {
        "observed_at": instant(number), "source": "browser", "account": "person014",
        "attribution": {"act": "opened", "foreground": True, "since_input_ms": 900, "visible_ms": 4200},
        "fact": {"kind": "page", "url": "https://reading.example/", "title": "", "cut": False, "text": [{"offset": 0, "text": text}]},
    }


def is_choosing(text):
    """Whether an ordinary paragraph may be looked at when something is chosen. Another byte than `fitted_half` of ordinary.py takes."""
    return hashlib.sha256(text.encode()).digest()[1] % 2 == 0


def is_wanted(line, half):
    return line["id"].startswith("own") or half is None or is_choosing(line["text"]) == (half == "choosing")


def evaluated(agent, order, lines):
    """Findings by the number of the line."""
    given = "".join(json.dumps(observation(number, line["text"])) + "\n" for number, line in enumerate(lines))
    out = subprocess.run([agent, "evaluate", "--order", order], input=given, capture_output=True, text=True, check=True).stdout
    found = defaultdict(list)
    for finding in map(json.loads, out.splitlines()):
        at = datetime.fromisoformat(finding["observed_at"].replace(".000000", "").replace("Z", "+00:00"))
        found[round((at - BEGIN).total_seconds())].append(finding)
    return found


def said(name, lines, found):
    """One row: pages, those with a finding, and how many by rule."""
    rules = Counter(rule for number in lines for rule in {finding["rule"] for finding in found.get(number, ())})
    count = sum(number in found for number in lines)
    print("%-30s %6d pages, %3d with a finding: 1 in %-6.0f %s" % (name, len(lines), count, len(lines) / max(count, 1), dict(rules) or ""))


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--order", default=str(ORDER))
    arguments.add_argument("--agent", default=str(ROOT / "target/debug/proviso-agent"))
    arguments.add_argument("--half", choices=("choosing", "unseen"))
    arguments.add_argument("--show")
    arguments = arguments.parse_args()
    lines = [line for line in map(json.loads, sys.stdin) if is_wanted(line, arguments.half)]
    found = evaluated(arguments.agent, arguments.order, lines)
    kinds = defaultdict(list)
    for number, line in enumerate(lines):
        kinds[line["id"]].append(number)
        for finding in found.get(number, ()):
            if arguments.show is not None and (arguments.show == "all" or line["id"].startswith(arguments.show)):
                contexts = [(context["name"], context["lowered_permille"]) for context in finding.get("contexts", ())]
                print(line["id"], finding["rule"], finding["strength_permille"], contexts, [span["text"] for span in finding["spans"]])
    for kind, numbers in kinds.items():
        said(kind, numbers, found)
    ordinary = [number for number, line in enumerate(lines) if not line["id"].startswith("own")]
    for half in ("choosing", "unseen") if arguments.half is None else (arguments.half,):
        said(f"ordinary, {half} half", [number for number in ordinary if is_wanted(lines[number], half)], found)
    if arguments.half is None:
        said("ordinary, all", ordinary, found)
    said("own", [number for number, line in enumerate(lines) if line["id"].startswith("own")], found)


if __name__ == "__main__":
    main()
