#!/usr/bin/env python3
"""Turns Matomo's list of search engines (CC0 1.0) into packs/search.toml and test vectors.

    python3 tools/search/make.py SearchEngines.yml COMMIT

SearchEngines.yml is that file of github.com/matomo-org/searchengine-and-social-list at COMMIT (40 hexadecimal digits). Only
facts are taken: hosts, parameters, character sets, and which addresses hide the query. A pattern that this script does not
know stops it: facts are never dropped in silence. Needs PyYAML (requirements.txt).
"""
import json
import re
import sys
from pathlib import Path
from urllib.parse import quote

import yaml

ROOT = Path(__file__).resolve().parents[2]
# Matomo's regular expressions on paths, as templates of ours: `*` is one segment, {q} one segment, {rest} all that follows.
TEMPLATES = {
    r"/s\/([^\/]+)/": ["/s/{q}"],
    r"/\/web\/(.*)/": ["/web/{rest}"],
    r"/\/ws\/(.*)/": ["/ws/{rest}"],
    r"/\/search\/([^\/]+)/": ["/search/{q}"],
    r"/\/[^\/]+\/ws\/results\/[^\/]+\/([^\/]+)/": ["/*/ws/results/*/{q}"],
    r"/(?:search|images|videos)\/([^\/]+)/": ["/search/{q}", "/images/{q}", "/videos/{q}"],
    r"/search\/[^\/]+\/(.*)/": ["/search/*/{rest}"],
    r"/\/([^\/]+)\/index\.html/": ["/{q}/index.html"],
}
CACHED = r"/\/search\?q=cache:(?:[A-Za-z0-9]+):[^+]+([^&]+)/"
# Addresses of the engine that hide the query: the home page (nothing to keep), pages of results, and links that lead away.
HOME = {"/^$/", "/"}
RESULTS = {r"/\/search(\?.*)?/": "/search", "/do/asearch": "/do/asearch", "/do/search": "/do/search", "/sp/search": "/sp/search"}
AWAY = {r"/\/cr\?.*/": "/cr", r"/\/url\?.*/": "/url", r"/redir\?.*redir=.*/": "/redir", r"/link\?url=.*/": "/link", r"/\/r\/.*/": "/r"}
ANY = "/.*/"
QUERY = "harbour lantern 2026"
# A word in the script of each character set, for vectors in that set.
WORDS = {
    "iso-8859-2": "přístav", "windows-1250": "přístav", "windows-1251": "гавань", "gb2312": "港口", "euc-jp": "港の灯",
    "ms932": "港の灯", "shift_jis": "港の灯", "euc-kr": "항구", "iso-8859-1": "café",
}


def entry(name, facts):
    """One entry of the list as those of ours: hosts, and apart from them hosts that go with a path."""
    params, templates, cached = [], [], False
    for param in facts.get("params") or []:
        if param == CACHED:
            cached = True
        elif param.startswith("/") and param.endswith("/"):
            templates += TEMPLATES[param]
        elif param.strip():
            params.append(param)
    common = {"params": params, "templates": templates, "cached": cached}
    common["charsets"] = [c.lower() for c in facts.get("charsets") or [] if c.lower() != "utf-8"]
    hidden = facts.get("hiddenkeyword") or []
    common["hidden"] = [RESULTS[h] for h in hidden if h in RESULTS]
    # "Any page may hide it" says something only where no parameter ever shows it.
    common["hidden"] += ["/"] if ANY in hidden and not params and not templates else []
    common["away"] = [AWAY[h] for h in hidden if h in AWAY]
    unknown = [h for h in hidden if h not in HOME and h != ANY and h not in RESULTS and h not in AWAY]
    if unknown:
        raise SystemExit(f"{name}: unknown hidden keyword {unknown}")
    by_path = {}
    for url in facts["urls"]:
        if "//" in url or url.startswith("com.google."):
            continue  # the address of an app, not of a page
        host, slash, path = url.partition("/")
        host = host.removeprefix("www.")
        by_path.setdefault((slash + path).rstrip("/"), []).append(host)
    return [{"name": name, "hosts": list(dict.fromkeys(hosts)), "paths": [path] if path else [], **common} for path, hosts in by_path.items()]


def toml(entries, commit, engines, patterns):
    lines = [
        "# Made by tools/search/make.py: do not edit. Facts of search engines from matomo-org/searchengine-and-social-list,",
        f"# SearchEngines.yml at commit {commit}, given to the public domain (CC0 1.0).",
        "# Sites that the list does not have, and in-site searches: search-sites.toml.",
        'name = "search"',
        f'version = "{commit[:12]}"',
        f'about = "{engines} search engines with {patterns} patterns of hosts: where the query stands in an address."',
    ]
    lines.append("engine = [")
    for item in entries:
        facts = [f"name = {json.dumps(item['name'], ensure_ascii=False)}", "exact = true"]
        for key in ("hosts", "paths", "params", "templates", "charsets", "hidden", "away"):
            if item[key]:
                facts.append(f"{key} = [" + ", ".join(json.dumps(value) for value in item[key]) + "]")
        if item["cached"]:
            facts.append("cached = true")
        lines.append("  { " + ", ".join(facts) + " },")
    lines.append("]")
    return "\n".join(lines) + "\n"


def concrete(host):
    """A host that the pattern is meant for: a country's suffix at the end, its letters elsewhere."""
    return host[:-2] + "co.uk" if host.endswith("{}") else host.replace("{}", "uk")


def vectors(item):
    path = item["paths"][0] if item["paths"] else "/"
    for host in item["hosts"]:
        base = f"https://{concrete(host)}"
        for param in item["params"]:
            yield f"{base}{path}?lang=en&{quote(param)}={quote(QUERY)}&page=2", QUERY
        for template in item["templates"]:
            yield base + template.replace("*", "x").replace("{q}", quote(QUERY)).replace("{rest}", quote(QUERY)), QUERY
        if item["cached"]:
            yield f"{base}/search?q=cache:AbC123:site.example/+{QUERY.replace(' ', '+')}", QUERY
    for charset in item["charsets"]:
        word = WORDS[charset]
        if item["params"] and not decodes_otherwise(word, charset, item["charsets"]):
            yield f"https://{concrete(item['hosts'][0])}{path}?{item['params'][0]}={quote(word.encode(charset))}", word


def decodes_otherwise(word, charset, charsets):
    """Whether an earlier character set of the engine would read the same bytes: the first one that can is taken."""
    for earlier in ["utf-8", *charsets[: charsets.index(charset)]]:
        try:
            word.encode(charset).decode(earlier)
            return True
        except UnicodeDecodeError:
            continue
    return False


def main():
    source, commit = Path(sys.argv[1]), sys.argv[2]
    if not re.fullmatch("[0-9a-f]{40}", commit):
        raise SystemExit("the commit is 40 hexadecimal digits")
    engines = yaml.safe_load(source.read_text(encoding="utf-8"))
    entries = [item for name, groups in engines.items() for facts in groups for item in entry(str(name), facts)]
    patterns = sum(len(item["hosts"]) for item in entries)
    (ROOT / "packs/search.toml").write_text(toml(entries, commit, len(engines), patterns), encoding="utf-8")
    rows = [f"{item['name']}\t{address}\t{query}" for item in entries for address, query in vectors(item)]
    header = "# Made by tools/search/make.py from the list itself: engine, address, query.\n"
    (ROOT / "testdata/search/engines.tsv").write_text(header + "\n".join(rows) + "\n", encoding="utf-8")
    without = sorted({item["name"] for item in entries} - {row.split("\t")[0] for row in rows})
    print(f"{len(engines)} engines, {len(entries)} entries, {patterns} hosts, {len(rows)} vectors; query never in the address: {', '.join(without)}")


main()
