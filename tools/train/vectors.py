"""Writes the test vectors of the features: neutral sentences, their tokens, counts and windows, as JSON lines (crates/engine/testdata/model)."""
import json

from features import tokens, vector
from windows import ranges

TEXTS = [
    "The bus leaves at 7:15, don't be late!", "Ünïcode ﬁne — naïve café", "a a a", "", "snake_case and e-mail",
    "STRASSE straße ẞ", "DIYARBAKIR İstanbul ısı", "e\u0301tude n\u0303 o\u0323\u0302", "Ω Å ㎏ ½ ① Ⅷ", "हिन्दी में नमस्ते", "한국어 \u1112\u1161\u11ab",
    "日本語のバス ﾊﾞｽ", "ᎠᏰ ꭰ", "don’t rock’n’roll 'quoted'", "line\nfeed\ttab\u00a0space\u2003wide \x1c x", "🚌 bus 👩‍👩‍👧 🅰 Ⓐ",
    "ΣΊΣΥΦΟΣ ς", "x\u0300\u0316y \u0301z", "مرحبا بكم في الحافلة", "ŉ ǰ ΐ ﬓ ᾳ", "100% of £3.50 (sale)", "_ __ a_b", "word" * 30,
    "One two. Three four five! Six\nseven eight nine\n\nten? Eleven", "a.b.c at 10.30 e.g. this... and on \u2026 it goes. No", "w " * 61 + "\n. . . . x",
]

if __name__ == "__main__":
    for text in TEXTS:
        print(json.dumps({"text": text, "tokens": tokens(text), "vector": {str(k): v for k, v in vector(text).items()}, "windows": ranges(text)}))
