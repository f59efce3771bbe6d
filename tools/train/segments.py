"""Chat segments of about 270 words without authors, mixed from the pieces in testdata/conversations/pieces, and how well `grooming` parts them.

    python segments.py --half check --seeds 20 --agent ../../target/debug/proviso-agent

A contact segment holds 1 to 6 pieces of stages among small talk; an ordinary one pieces of one kind (help channels, strangers, adults flirting ...)
among the same small talk. Noise falls on both alike: abbreviations or their full forms, typing errors, lost punctuation, names, times, lines
run together. Prints average precision and F0.5 over seeds, then by number of stages, by stage and by kind of ordinary chat.
"""
import argparse
import json
import random
import re
import subprocess
import tomllib
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PIECES = ROOT / "testdata/conversations/pieces"
KINDS = {
    "irc-help": 25, "irc-ops": 10, "irc-social": 11, "strangers": 20, "flirting": 7, "adult-sexual": 7, "roleplay": 3, "friends": 4, "family": 2,
    "gaming": 4, "work": 2, "advice": 1, "small": 4,
}
SHORT = {
    "you": "u", "your": "ur", "are": "r", "to": "2", "for": "4", "what": "wat", "whats": "wats", "because": "cuz", "please": "plz", "with": "w", "before": "b4",
    "tonight": "2nite", "tomorrow": "2morrow", "night": "nite", "something": "sumthin", "going": "goin", "doing": "doin", "talking": "talkin", "about": "bout",
    "love": "luv", "when": "wen", "anyone": "any1", "nothing": "nuthin", "school": "skool", "people": "ppl", "would": "wud", "could": "cud", "right": "rite",
    "the": "da", "that": "dat", "see": "c", "be": "b", "know": "kno", "really": "rly", "want": "wana", "home": "hom", "picture": "pic", "have": "hav",
}
LONG = {short: word for word, short in SHORT.items() if short not in ("w",)} | {"im": "I'm", "dont": "don't", "cant": "can't", "ill": "I'll", "idk": "I don't know", "k": "ok"}
NAMES = ["sunny", "mike_t", "kitty99", "Tommy", "blue", "jen x", "drifter", "maya", "r0nin", "ella"]


def load(half):
    pieces = defaultdict(list)
    for path in sorted(PIECES.glob(f"{half}-*.toml")):
        file = tomllib.loads(path.read_text())
        for piece in file["piece"]:
            pieces[file["kind"], piece["stage"]].append(piece["lines"].split("\n"))
    return pieces


def pick_kind(chance):
    return chance.choices(list(KINDS), list(KINDS.values()))[0]


def segment(chance, pieces, contact, stages=None, kind=None):
    """Lines of one segment, and what it is made of."""
    small = list(pieces["small", "small"])
    chance.shuffle(small)
    length = min(420, max(90, chance.gauss(265, 80)))
    if contact:
        pool = [(s, p) for (k, s), all in pieces.items() if k == "contact" and (stages is None or s in stages) for p in all]
        count = chance.choices([1, 2, 3, 4, 6], [20, 25, 25, 15, 15])[0] if stages is None else 2
    else:
        kind = kind or pick_kind(chance)
        pool = [(kind, p) for p in pieces["ordinary", kind]]
        count = chance.choice([1, 2, 3, 4, 6])
        length *= chance.choice([0.5, 0.8, 1, 1])
    told = chance.sample(pool, min(count, len(pool)))
    made = [p for _, p in told]
    while sum(len(line.split()) for piece in made for line in piece) < length and small:
        made.append(small.pop())
    chance.shuffle(made)
    return [line for piece in made for line in piece], sorted({s for s, _ in told}) or [kind], len(told)


def typo(chance, word):
    if len(word) < 4 or not word.isalpha():
        return word
    at = chance.randrange(1, len(word) - 1)
    return chance.choice([
        word[:at] + word[at + 1:], word[:at] + word[at + 1] + word[at] + word[at + 2:], word[:at] + word[at] + word[at:],
        word[:at] + chance.choice("aeionrst") + word[at + 1:],
    ])


def noise(chance, lines):
    """One text. How it is written and laid out is drawn once a segment."""
    style, errors = chance.choice(["as-is", "as-is", "short", "long"]), chance.choice([0, 0.01, 0.03, 0.06])
    drop, capital, laugh = chance.random() < 0.6, chance.random() < 0.25, chance.choice([0, 0, 0.1])
    layout = chance.choices(["run together", "lines", "names", "times"], [60, 20, 10, 10])[0]
    names, out = chance.sample(NAMES, 2), []
    minute = chance.randrange(0, 900)
    for number, line in enumerate(lines):
        words = []
        for word in line.split():
            bare = word.strip(".,!?").lower()
            table = SHORT if style == "short" else LONG if style == "long" else {}
            if bare in table and chance.random() < 0.8:
                word = word.lower().replace(bare, table[bare])
            words.append(typo(chance, word) if chance.random() < errors else word)
        text = " ".join(words)
        if drop:
            text = re.sub(r"[.,!?]+(?=\s|$)", "", text)
        if capital:
            text = text[:1].upper() + text[1:]
        if chance.random() < laugh:
            text += chance.choice([" lol", " haha", " :)", " hehe", " ..."])
        name, minute = names[number % 2], minute + (chance.random() < 0.4)
        stamp = f"[{minute // 60:02}:{minute % 60:02}]"
        out.append({"names": f"{name}: {text}", "times": f"{stamp} <{name}> {text}"}.get(layout, text))
    return (" " if layout == "run together" else "\n").join(out)


def sample(seed, pieces, rows, contacts, **only):
    chance = random.Random(seed)
    for number in range(rows):
        contact = number < rows * contacts
        lines, stages, count = segment(chance, pieces, contact, **({} if not contact else only))
        yield {"contact": contact, "stages": stages, "count": count, "text": noise(chance, lines)}


def scores(agent, packs, rows):
    lines = "".join(json.dumps({"id": i, "text": row["text"]}) + "\n" for i, row in enumerate(rows))
    command = [agent, "classify", "text", "--jsonl"] + (["--packs", packs] if packs else [])
    out = subprocess.run(command, input=lines, capture_output=True, text=True, check=True).stdout
    return [json.loads(line)["scores"]["grooming"] for line in out.splitlines()]


def average_precision(scored):
    """Ties in the worst order: ordinary before contact."""
    right, total = 0, 0.0
    for rank, (_, contact) in enumerate(sorted(scored, key=lambda s: (-s[0], s[1])), 1):
        if contact:
            right += 1
            total += right / rank
    return total / max(right, 1)


def f_half(scored, cut):
    said = [contact for score, contact in scored if score >= cut]
    precision, recall = sum(said) / max(len(said), 1), sum(said) / sum(c for _, c in scored)
    return 1.25 * precision * recall / max(0.25 * precision + recall, 1e-9)


def spread(values):
    mean = sum(values) / len(values)
    return mean, (sum((v - mean) ** 2 for v in values) / len(values)) ** 0.5


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--half", choices=["dev", "check"], default="dev")
    arguments.add_argument("--seeds", type=int, default=10)
    arguments.add_argument("--rows", type=int, default=500, help="segments a seed")
    arguments.add_argument("--contacts", type=float, default=0.12, help="share of contact")
    arguments.add_argument("--agent", default=str(ROOT / "target/debug/proviso-agent"))
    arguments.add_argument("--packs")
    arguments.add_argument("--out", help="write the segments and their scores here (JSON lines; kept out of the repository)")
    arguments = arguments.parse_args()
    pieces = load(arguments.half)
    rows, seeds = [], []
    for seed in range(arguments.seeds):
        here = list(sample(seed, pieces, arguments.rows, arguments.contacts))
        rows += here
        seeds += [seed] * len(here)
    for row, score in zip(rows, scores(arguments.agent, arguments.packs, rows)):
        row["score"] = score
    by_seed = [[(r["score"], r["contact"]) for r, s in zip(rows, seeds) if s == seed] for seed in range(arguments.seeds)]
    print("%s half, %d seeds of %d, %.0f %% contact" % (arguments.half, arguments.seeds, arguments.rows, 100 * arguments.contacts))
    print("average precision %.3f sd %.3f" % spread([average_precision(s) for s in by_seed]))
    print("F0.5 at 0.5 %.3f sd %.3f" % spread([f_half(s, 0.5) for s in by_seed]))
    everything = [pair for part in by_seed for pair in part]
    best = max((f_half(everything, cut / 100), cut / 100) for cut in range(5, 100, 5))
    print("best F0.5 %.3f at %.2f" % best)
    ordinary = [(r["score"], False) for r in rows if not r["contact"]]
    for count in (1, 2, 3, 4, 6):
        of = [(r["score"], True) for r in rows if r["contact"] and r["count"] == count]
        said = sum(s >= 0.5 for s, _ in of)
        print("  %d stage pieces: %4d segments, %3.0f %% at 0.5, mean %.2f" % (count, len(of), 100 * said / max(len(of), 1), spread([s for s, _ in of] or [0])[0]))
    for stage in sorted({s for (k, s) in pieces if k == "contact"}):
        only = list(sample(99, pieces, 60, 1.0, stages={stage}))
        of = [(s, True) for s in scores(arguments.agent, arguments.packs, only)]
        few = random.Random(1).sample(ordinary, min(len(ordinary), 440))
        print("  only %-14s average precision %.3f, %3.0f %% at 0.5" % (stage, average_precision(of + few), 100 * sum(s >= 0.5 for s, _ in of) / 60))
    for kind in KINDS:
        of = [r["score"] for r in rows if not r["contact"] and kind in r["stages"]]
        if of:
            print("  ordinary %-13s %5d segments, %5.1f %% at 0.5, mean %.2f" % (kind, len(of), 100 * sum(s >= 0.5 for s in of) / len(of), sum(of) / len(of)))
    if arguments.out:
        Path(arguments.out).write_text("".join(json.dumps(r) + "\n" for r in rows))


if __name__ == "__main__":
    main()
