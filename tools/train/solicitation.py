"""The text of solicitation/*.toml: lines with {a|b} and <name> drawn by a seed, written as people write."""
import random
import re
import tomllib
from pathlib import Path

from segments import SHORT, typo

FOLDER = Path(__file__).parent / "solicitation"
VARIANTS = 12
ENDINGS = [" x", " xx", " lol", " ;)", " :)", " haha", " please", " mate", " babe", "...", "!", "!!", "??", " \U0001f609", " \U0001f60a"]


def fill(line, slots, chance):
    """Each {a|b} and <name> drawn; a space before a mark, and two in a row, closed up."""
    while True:
        filled = re.sub(r"\{([^{}]*)\}", lambda m: chance.choice(m[1].split("|")), line)
        # <a|b> draws from either list
        filled = re.sub(r"<([a-z|]+)>", lambda m: chance.choice(slots[chance.choice(m[1].split("|"))]), filled)
        if filled == line:
            return re.sub(r" +", " ", re.sub(r" +([,.?!])", r"\1", line)).strip()
        line = filled


def written(text, slots, chance):
    """As somebody writes it: carefully, in small letters, shortened, with errors; now and then with a greeting or an ending."""
    if chance.random() < 0.25:
        text = chance.choice(slots["plainhello"] if chance.random() < 0.6 else slots["hello"]) + chance.choice([" ", ", ", ". "]) + text
    style = chance.choice(["careful", "plain", "plain", "small", "small", "short"])
    if style == "careful":
        text = re.sub(r"\bi('m|'ll|'d|'ve)?\b", lambda m: m[0].capitalize(), text[:1].upper() + text[1:])
        text += "" if text[-1] in ".?!)" else "."
    if style == "short":
        text = " ".join(SHORT.get(w, w) if chance.random() < 0.8 else w for w in text.split())
    if style in ("small", "short"):
        text = re.sub(r"[.,'?]", "", text.lower()) if chance.random() < 0.6 else text.lower()
    if chance.random() < 0.2:
        text = " ".join(typo(chance, w) if chance.random() < 0.12 else w for w in text.split())
    if chance.random() < 0.2:
        text = text.rstrip(".") + chance.choice(ENDINGS)
    return text


def versions(line, slots, seed):
    """A line as several people write it."""
    chance, seen = random.Random(f"{seed} {line}"), set()
    for _ in range(VARIANTS * 2):
        if len(seen) < VARIANTS:
            seen.add(written(fill(line, slots, chance), slots, chance))
    return sorted(seen)


def fitted():
    """(text, label, number of its line) of the lines to fit on; each line in several versions."""
    slots = tomllib.loads((FOLDER / "slots.toml").read_text())
    rows, number = [], 0
    for path in sorted(FOLDER.glob("fit-*.toml")):
        for group in tomllib.loads(path.read_text())["group"]:
            for line in filter(None, group["lines"].split("\n")):
                rows.extend((text, group["solicitation"], number) for text in versions(line, slots, path.name))
                number += 1
    return rows


def chosen():
    """The same of choose.toml, for the fit once the choice is made."""
    slots = tomllib.loads((FOLDER / "slots.toml").read_text())
    lines = enumerate(plain("choose"))
    return [(text, label, number) for number, (line, label) in lines for text in versions(line, slots, "choose")]


def plain(name):
    """(text, label) of the lines of choose.toml or check.toml."""
    file = tomllib.loads((FOLDER / f"{name}.toml").read_text())
    return [(line, int(kind == "solicitation")) for kind, lines in file.items() for line in lines.strip().split("\n")]


def among(lines, others, seed):
    """Each text somewhere between other sentences, two to five of them."""
    chance, out = random.Random(seed), []
    for text, label in lines:
        around = chance.sample(others, chance.randint(2, 5))
        at = chance.randint(0, len(around))
        text = text if text[-1] in ".?!" else text + chance.choice([".", "\n"])
        out.append((" ".join([*around[:at], text, *around[at:]]), label))
    return out
