"""Paragraphs of ordinary English from packages that this machine has, as JSON lines for `classify text --jsonl`.

The text is never committed. Kinds: Rust's book and reference (rust-docs component), Debian's manual pages and package
documentation, README files of Rust crates (cargo's registry), documentation of Python (docstrings of the standard
library), and legal text (licences under /usr/share).
"""
import ast
import gzip
import html
import json
import random
import re
import subprocess
import sys
import sysconfig
from pathlib import Path

EACH = 4000


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


def paragraphs(text: str):
    for part in re.split(r"\n\s*\n", text):
        part = " ".join(part.split())
        letters = sum(c.isalpha() or c == " " for c in part)
        if 80 <= len(part) <= 3000 and len(part.split()) >= 15 and letters > 0.8 * len(part):
            yield part


def read(path: Path) -> str:
    opened = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rt", errors="ignore") as file:
            return file.read(1_000_000)
    except OSError:
        return ""


def kinds():
    rust = Path(subprocess.run(["rustc", "--print", "sysroot"], capture_output=True, text=True, check=True).stdout.strip())
    share, crates = Path("/usr/share"), Path.home() / ".cargo/registry/src"
    books = [p for d in ("book", "reference", "nomicon", "cargo", "rustc", "edition-guide") for p in (rust / "share/doc/rust/html" / d).rglob("*.html")]
    yield "rust-books", books, plain
    yield "manual-pages", [p for p in share.glob("man/man*/*.gz")], manual
    yield "crate-readmes", list(crates.rglob("*.md")), plain
    yield "python-docstrings", list(Path(sysconfig.get_paths()["stdlib"]).rglob("*.py")), docstrings
    yield "debian-docs", [p for p in share.glob("doc/**/*") if p.is_file() and re.search(r"(README|NEWS|FAQ|\.txt|\.html)", p.name)], plain
    yield "licences", list(share.glob("doc/*/copyright")) + list(share.glob("common-licenses/*")) + list(crates.glob("*/*/LICENSE*")), plain


def main():
    for kind, files, reader in kinds():
        files = sorted(files)
        random.Random(1).shuffle(files)
        seen = set()
        for path in files:
            for part in paragraphs(reader(read(path))):
                if part not in seen and len(seen) < EACH:
                    seen.add(part)
                    sys.stdout.write(json.dumps({"id": kind, "text": part}) + "\n")
            if len(seen) >= EACH:
                break


if __name__ == "__main__":
    main()
