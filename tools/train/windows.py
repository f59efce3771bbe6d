"""Stretches of a text that a model of single sentences reads: crates/engine/src/model/windows.rs is compared with this."""
import unicodedata

from features import TOKEN

UNIT_LEAST, UNIT_MOST = 4, 24
ENDS = {".", "!", "?", "\u2026"}


def read(text: str):
    """Folded text, its tokens, and units as ranges of tokens: up to the end of a sentence or line once there are 4, at most 24."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    found = list(TOKEN.finditer(folded))
    units, first = [], 0
    for at, token in enumerate(found):
        gap = folded[token.end():found[at + 1].start() if at + 1 < len(found) else None]
        ended = "\n" in gap or (token.group() in ENDS and gap)
        many = at + 1 - first
        if at + 1 == len(found) or many == UNIT_MOST or (ended and many >= UNIT_LEAST):
            units.append((first, at + 1))
            first = at + 1
    return folded, found, units


def ranges(text: str) -> list[tuple[int, int]]:
    """Tokens of each unit, and of each with the next."""
    _, _, units = read(text)
    return units + [(a, d) for (a, _), (_, d) in zip(units, units[1:])]


def windows(text: str) -> list[str]:
    """The same as text."""
    folded, found, _ = read(text)
    return [folded[found[first].start():found[end - 1].end()] for first, end in ranges(text)]
