"""A second verifier of evidence bundles, written from docs/bundle-format.md alone and used by tests only.
Exit code 0: every check passes; 1: one fails, and is named; 2: not a bundle, or wrong use."""
import argparse, base64, contextlib, datetime, hashlib, inspect, io, json, pathlib, re, struct, sys, uuid, zipfile
from jsonschema import Draft202012Validator
from nacl.signing import VerifyKey
SCHEMA = json.loads((pathlib.Path(__file__).parents[2] / "docs/bundle-format.schema.json").read_text())
def must(holds, says):
    if not holds:
        raise ValueError(says)
def sha256(data): return hashlib.sha256(data).digest()
def H(domain, *parts): return sha256(b"".join(map(hashed, (domain, *parts))))
def hashed(part):  # section 1: what enters a hash
    part = part.encode() if isinstance(part, str) else struct.pack(">Q", part) if isinstance(part, int) else part
    part = part.bytes if isinstance(part, uuid.UUID) else part
    return struct.pack(">Q", len(part)) + part

# Section 3.1: ids are read as UUIDs; digests, keys, signatures and times as the bytes that enter hashes.
def micros(value):
    since = datetime.datetime.fromisoformat(value) - datetime.datetime.fromtimestamp(0, datetime.timezone.utc)
    return struct.pack(">q", since // datetime.timedelta(microseconds=1))
def base64_bytes(value):
    must(base64.b64encode(base64.b64decode(value)).decode() == value, "base64 is not in its standard form")
    return base64.b64decode(value)
READERS = {"uuid": uuid.UUID, "date-time": micros, "base16": bytes.fromhex, "base64": base64_bytes}
def read(value, form):
    form = SCHEMA["$defs"].get(form.get("$ref", "").removeprefix("#/$defs/"), form)
    if isinstance(value, dict):
        return {name: read(value.get(name), inner) for name, inner in form["properties"].items()}
    if isinstance(value, list):
        return [read(item, form["items"]) for item in value]
    reader = READERS.get(form.get("format", form.get("contentEncoding")))
    return reader(value) if reader and value is not None else value
def once(pairs):
    must(len(dict(pairs)) == len(pairs), "a member stands twice")
    return dict(pairs)
def read_json(data, name):
    form = {"$ref": f"#/$defs/{name}"}
    value = json.loads(data.decode(), object_pairs_hook=once, parse_float=lambda _: must(False, "a fraction"))
    Draft202012Validator(SCHEMA | form).validate(value)
    return read(value, form)
def signed(key, domain, data, signature): VerifyKey(key).verify(domain + data, signature)
def stated(it, domain, key, name):
    signed(key, domain, it["statement"].encode(), it["signature"])
    return read_json(it["statement"].encode(), name)
class Files(dict):
    def under(self, folder): return [path for path in sorted(self) if path.startswith(folder + "/")]
    def json(self, path, name): return read_json(self[path], name)
    def every(self, folder, name): return [(path, self.json(path, name)) for path in self.under(folder)]
    def signed(self, path, signature_path, domain, key):
        must(self[signature_path].endswith(b"\n"), f"{signature_path} does not end with a line feed")
        signed(key, domain, self[path], base64_bytes(self[signature_path][:-1].decode()))

# Section 4: the checks. Each takes what the checks named by its arguments have found.
def container(data, known):  # read, write anew, compare
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = known["files"] = Files({info.filename: archive.read(info) for info in archive.infolist()})
    anew = io.BytesIO()
    with zipfile.ZipFile(anew, "w") as archive:
        for path in sorted(files):
            info = zipfile.ZipInfo(path)
            info.create_version, info.extract_version, info.create_system, info.external_attr = 10, 10, 3, 0x81A40000
            archive.writestr(info, files[path])
    must(anew.getvalue() == data and "".join(files).isascii(), "the zip is not its contents written anew")
def trust(files, given, known):
    own = files.json("trust/root.json", "trust")
    root = known["root"] = (given or own)["root_key"]
    turns = []
    with contextlib.suppress(Exception):  # the check force-keys says so
        turns = files.json("trust/force-keys.json", "certified-keys")["rotations"] or []
    for turn in turns if given else []:
        if json.loads(turn["statement"])["from_key"] == root.hex():
            says = stated(turn, b"proviso/root-rotation/v1\n", root, "root-rotation")
            must(says["force"] == given["force"], "a hand-over of another force")
            root = known["root"] = says["to_key"]
    must(own["root_key"] == root and own["force"] == (given or own)["force"], "another root key or force than given")
def manifest(files):
    it = files.json("manifest.json", "manifest")
    for path, length, digest in [entry.values() for entry in it["files"]]:
        must((len(files[path]), sha256(files[path])) == (length, digest), f"{path} is not the one listed")
    listed = ["manifest.json", "manifest.sig", *[entry["path"] for entry in it["files"]]]
    must(len({*listed}) == len(listed) and files.keys() <= {*listed}, "a file is not listed, or one is listed twice")
    return it
def force_keys(files, root):
    it = stated(files.json("trust/force-keys.json", "certified-keys"), b"proviso/force-keys/v1\n", root, "force-keys")
    must(it["force"] == files.json("trust/root.json", "trust")["force"], "keys of another force")
    return it
def manifest_signature(files, force_keys, known):
    files.signed("manifest.json", "manifest.sig", b"proviso/bundle-manifest/v1\n", force_keys["checkpoint_key"])
    it, until = known.get("manifest"), force_keys["valid_until"]
    must(not it or it["force"] == force_keys["force"], "keys of another force")
    must(not (it and until) or it["created_at"] <= until, "the keys had lapsed")
def policies(files, force_keys, manifest):
    found = {}
    for path in [path for path in files.under("policies") if path.endswith(".json")]:
        digest, it = H("proviso/policy/v1", files[path]), files.json(path, "policy")
        files.signed(path, f"policies/{digest.hex()}.sig", b"proviso/policy/v1\n", force_keys["policy_key"])
        own = (f"policies/{digest.hex()}.json", it["force"], it["case"])
        must(own == (path, manifest["force"], manifest["case"]), f"{path} is of another hash or case")
        found[digest] = it
    orders = [it["order_reference"] for it in found.values()]
    must(len(files.under("policies")) == 2 * len(orders) and manifest["order_reference"] in orders, "one is missing")
    return found
def devices(files, force_keys, manifest):
    found = {}
    for path, given in files.every("devices", "signed"):
        it = stated(given, b"proviso/device-statement/v1\n", force_keys["policy_key"], "device")
        own = (f"devices/{it['device']}.json", it["force"], it["case"])
        must(own == (path, manifest["force"], manifest["case"]), f"{path} is of another device, force or case")
        found[it["device"]] = it["record_key"]
    return found

def read_header(data, signature, devices):
    must(len(data) == 190 and data[:2] == b"\1\1", "a header is malformed or of another version")
    names = "force device epoch seq previous case_key policy field_root body_hash".split()
    it = dict(zip(names, struct.unpack(">16s16sIQ32s16s32s32s32s", data[2:])))
    it |= {name: uuid.UUID(bytes=it[name]) for name in ("force", "device", "case_key")}
    signed(devices[it["device"]], b"proviso/record/v1\n", data, signature)
    return it | dict(hash=H("proviso/record-hash/v1", data))
def made_under(it, policies, manifest):
    policy, own = policies[it["policy"]], (it["force"], it["device"], it["case_key"])
    return own == (manifest["force"], policy["device"], policy["case_key"]["id"])
def records(files, devices, policies, manifest):
    found = {}
    for path in files.under("records"):
        data, body = files[path], files[path][262:]
        it, [length] = read_header(data[4:194], data[194:258], devices), struct.unpack(">I", data[258:262])
        own = (data[:4], f"records/{it['device']}/{it['epoch']:010}-{it['seq']:020}.record", length, it["body_hash"])
        must(own == (b"PVR1", path, len(body), H("proviso/body/v1", body)), f"{path} was moved or changed")
        must(length >= 1120 + 16 and made_under(it, policies, manifest), f"{path}: another force, device or case key")
        found[it["hash"]] = it
    must(found or files.under("destroyed"), "there is no record")
    return found
def chain(files, devices, records):
    found = {}
    for path, file in files.every("chains", "chain"):
        before = None
        for link in file["links"]:
            it = read_header(link["header"], link["signature"], devices)
            start = H("proviso/chain/v1", it["force"], it["device"], struct.pack(">I", it["epoch"]))
            own, place = (it["seq"], it["previous"], it["force"]), f"chains/{it['device']}/{it['epoch']:010}.json"
            must(path == place and (it["seq"] or it["previous"] == start), f"{path}: another device, epoch or start")
            must(not before or own == (before["seq"] + 1, before["hash"], before["force"]), f"{path}: one is missing")
            before = found[it["hash"]] = it
    must(found.keys() >= records.keys(), "a record is in no chain")
    return found
def exhibits(files, records, chain):
    for path, it in files.every("captured", "captured") + files.every("generated", "generated"):
        for index, name, value, salt in [field.values() for field in it["opened"]]:
            must(it["commitments"][index] == H("proviso/field/v1", name, salt, value), f"{path}: {name} is another")
        pairs = zip(it["opened"], it["opened"][1:])
        rising = [one["index"] < two["index"] and one["name"] < two["name"] for one, two in pairs]
        must(all(rising) and path.endswith(f"/{it['record'].hex()}.json"), f"{path}: in another order or place")
        root = H("proviso/fields/v1", len(it["commitments"]), *it["commitments"])
        must(root == records[it["record"]]["field_root"], f"{path} shows fields of another record")
        fields = {field["name"]: field["value"] for field in it["opened"]}
        if fields.get("body.kind") == '"context-picture"' and "body.captured.finding" in fields:
            own, of = records[it["record"]], chain[bytes.fromhex(json.loads(fields["body.captured.finding"]))]
            follows = own["device"] == of["device"] and (own["epoch"], own["seq"]) > (of["epoch"], of["seq"])
            must(follows, f"{path}: a picture of a window that names no record before it")

def checkpoint(files, force_keys):
    form = r"(([^\n]+)\n(0|[1-9]\d*)\n([^\n]+)\ntime [^\n]*\n)\n((?:— [^\s+]+ \S+\n)+)"
    body, origin, size, root, lines = re.fullmatch(form, files["proofs/checkpoint.txt"].decode()).groups()
    blobs = [(name.encode(), base64_bytes(blob)) for name, blob in re.findall(r"— (\S+) (\S+)\n", lines)]
    ours = [blob for name, blob in blobs if blob[:4] == sha256(name + b"\n\1" + force_keys["checkpoint_key"])[:4]]
    for blob in ours:
        signed(force_keys["checkpoint_key"], b"", body.encode(), blob[4:])
    must(ours and origin == force_keys["checkpoint_origin"] and len(root) == 44, "unsigned, or of another log")
    return int(size), base64_bytes(root)
def climb(first, last, node, hashes):  # RFC 9162, 2.1.3.2 and 2.1.4.2: the root of the earlier log and that of the log
    old = new = node
    for step in hashes:
        must(last, "a proof is too long")
        left = first % 2 or first == last
        old, new = (sha256(b"\1" + step + old) if left else old), sha256(b"\1" + (step + new if left else new + step))
        while left and first and not first % 2:
            first, last = first >> 1, last >> 1
        first, last = first >> 1, last >> 1
    must(not last, "a proof is too short")
    return old, new
def inclusion(files, checkpoint, records):
    (size, root), found = checkpoint, set()
    for kind, digest, proof in [leaf.values() for leaf in files.json("proofs/inclusion.json", "inclusion")["leaves"]]:
        node = sha256(b"\0" + dict(record=b"\1", audit=b"\2", decision=b"\3")[kind] + digest)
        proven = proof["index"] < size and climb(proof["index"], size - 1, node, proof["hashes"])[1] == root
        must(proven, f"{kind} {digest.hex()} is not in the log")
        found.add((kind, digest))
    must(found >= {("record", record) for record in records}, "a record has no proof")
    return found
def consistency(files, checkpoint):
    (size, root), before, file = checkpoint, 0, files.json("proofs/consistency.json", "consistency")
    for old, old_root, hashes in [log.values() for log in file["earlier"]]:
        must(before < old < size, "an earlier log is out of place")
        node, *hashes = hashes if old & (old - 1) else [old_root, *hashes]
        whole, before = (old & -old).bit_length() - 1, old  # levels at which the earlier log ends with a whole subtree
        climbed = climb((old - 1) >> whole, (size - 1) >> whole, node, hashes)
        must(climbed == (old_root, root), f"the log does not continue that of {old}")
def custody(files, manifest, inclusion):
    entries, before = files.json("custody/log.json", "custody")["entries"], None
    for it in entries:
        parts, says = "seq previous id opened_at actor act case objects sealed".split(), f"act {it['seq']}"
        own = H("proviso/audit/v1", *[bytes(16) if it[name] is None else it[name] for name in parts])
        must(own == it["hash"] and it["case"] in (None, manifest["case"]), f"{says} was changed or is of another case")
        step = it["seq"] - before["seq"] if before else 2
        must(step > 1 or step == 1 and it["previous"] == before["hash"], f"{says} does not follow")
        if end := it["completed"]:
            ended = H("proviso/audit-completed/v1", own, end["outcome"], end["at"])
            must(ended == end["hash"] and ("audit", ended) in inclusion, f"the end of {says} is not in the log")
        before = it
    return {it["id"]: it for it in reversed(entries)}
def destroyed(files, manifest, policies, records, chain, inclusion, custody):
    found = set()
    for path, it in files.every("destroyed", "destroyed"):
        record, link = it["record"], chain[it["record"]]
        own = (f"destroyed/{record.hex()}.json", *[link[name] for name in ("device", "epoch", "seq")])
        must(own == (path, it["device"], it["epoch"], it["seq"]), f"{path}: another record or place in the chain")
        must(record not in records and ("record", record) in inclusion, f"{path}: it is here, or not in the log")
        must(made_under(link, policies, manifest), f"{path}: of another case")
        if it["act"]:
            act = custody[it["act"]]
            named = {"record-destroy": record.hex(), "case-destroy": str(act["case"])}[act["act"]]
            must({named, str(it["certificate"] or named)} <= {*act["objects"].split(" ")}, f"{path}: another act")
        found.add(record)
    return found
def withheld(files, manifest, policies, records, chain, inclusion, custody, destroyed):
    for path, it in files.every("withheld", "withheld"):
        record, link = it["record"], chain[it["record"]]
        own = (f"withheld/{record.hex()}.json", *[link[name] for name in ("device", "epoch", "seq")])
        must(own == (path, it["device"], it["epoch"], it["seq"]), f"{path}: another record or place in the chain")
        must(record not in records and record not in destroyed, f"{path}: it is here, or was destroyed")
        must(("record", record) in inclusion and made_under(link, policies, manifest), f"{path}: not in the log, or of another case")
        must((it["state"] == "held") == (it["act"] is None), f"{path}: decided without an act, or not decided with one")
        if it["act"]:
            act = custody[it["act"]]
            must(act["act"] == "privilege-decide", f"{path}: another act")
            must({record.hex(), it["state"]} <= {*act["objects"].split(" ")}, f"{path}: another act")
def decisions(files, manifest, inclusion, records, destroyed):
    for path, it in files.every("decisions", "decision"):
        must((path, it["case"]) == (f"decisions/{it['id']}.json", manifest["case"]), f"{path}: another id or case")
        own = H("proviso/decision/v1", *map(it.get, "id alert case officer outcome decided_at sealed".split()))
        must(own == it["hash"] and ("decision", own) in inclusion, f"{path} was changed or is not in the log")
        must(records.keys() | destroyed >= set(it["records"]), f"{path} is about a record that is not here")
def lists(files, force_keys, manifest, policies, records, exhibits):
    captured = {it["record"]: it["opened"] for _, it in files.every("captured", "captured")}
    kinds = "md5 sha1 sha256 pdq".split()
    for path, it in files.every("lists", "lists"):
        record = it["record"]
        fields = {field["name"]: field["value"] for field in captured[record]}
        listed, policy = json.loads(fields["body.captured.picture.listed"]), policies[records[record]["policy"]]
        rules = [rule for condition in policy["conditions"] for rule in condition["rules"]]
        sets = [one for rule in rules for one in rule["sets"] or []]
        must(path == f"lists/{record.hex()}.json" and 0 < len(listed) == len(it["entries"]), f"{path}: other look-ups")
        for found, entry in zip(listed, it["entries"]):
            proof = entry["proof"]
            must(entry["set"].hex() == found["set"], f"{path}: another list than the record's")
            must((proof is None) != (entry["no_proof"] is None), f"{path}: not one of proof and reason")
            if proof is None:
                continue
            says = stated(proof, b"proviso/hash-set/v1\n", bytes.fromhex(force_keys["pack_key"]), "hash-set")
            own = dict(name=says["name"], version=str(says["version"]), sha256=says["sha256"])
            named = [one for one in sets if one["set"]["sha256"] == entry["set"]][0]
            must(says["force"] == manifest["force"] and named["set"] == own and says["tree"], f"{path}: another list")
            must(named["tree"] == says["tree"], f"{path}: the policy names another tree")
            must(says["imported_at"] <= policy["issued_at"], f"{path}: imported after the policy was made")
            how, kind, digest, index = found["how"], proof["kind"], proof["digest"], proof["index"]
            if isinstance(how, dict):
                apart = int(json.loads(fields["body.captured.picture.pdq"]), 16) ^ int.from_bytes(digest, "big")
                is_it = kind == "pdq" and apart.bit_count() == how["pdq"]["distance"]
            else:
                is_it = kind == how and json.loads(fields[f"body.captured.fact.{how}"]) == digest.hex()
            must(is_it and proof["category"] == found["category"], f"{path}: another entry than was found")
            place = found.get("entry")
            before = sum(says["digests"][one] for one in kinds[:kinds.index(kind)])
            must(place in (None, index - before), f"{path}: an entry at another place")
            must(len(digest) == dict(md5=16, sha1=20).get(kind, 32), f"{path}: a digest of another length")
            leaf = bytes([kinds.index(kind) + 1, proof["category"]]) + proof["salt"] + digest
            size, root = says["tree"]["size"], says["tree"]["root"]
            led = index < size and climb(index, size - 1, sha256(b"\0" + leaf), proof["hashes"])[1] == root
            must(led, f"{path}: the proof does not lead to the signed root")

def coverage(files, devices, records, exhibits, custody):  # section 5.3
    rank, told = SCHEMA["$defs"]["gap-cause"]["enum"], {device: [] for device in devices}
    partial, acts_rank = set(SCHEMA["$defs"]["gap-in-part"]["enum"]), SCHEMA["$defs"]["device-act"]["enum"]
    silence = {"abroad", "in-hospital"}  # what explains silence only
    instant = lambda text: struct.unpack(">q", micros(text))[0]
    shown = {}
    for folder in ("captured", "generated"):
        for _, it in files.every(folder, folder):
            shown.setdefault(it["record"], {}).update({field["name"]: field["value"] for field in it["opened"]})
    for record, values in shown.items():
        it = {name: json.loads(value) for name, value in values.items() if name.count(".") < 3}
        at, kind = it.get("recorded_at"), it.get("body.kind")
        part = lambda name: it.get(f"body.{kind}.{name}")
        claim = None
        if kind == "liveness" and not it.get("clock_in_doubt") and None not in map(part, ("from", "until", "sources")):
            claim = ("watched", instant(part("from")), instant(part("until")), part("sources"))
        if kind == "gap" and None not in map(part, ("from", "source", "cause")):
            until = part("until") and instant(part("until"))
            claim = ("gap", instant(part("from")), until, (part("source"), part("cause")))
        place = (records[record]["epoch"], records[record]["seq"])
        told[records[record]["device"]].append((place, at and instant(at), claim))
    for path, it in files.every("coverage", "coverage"):
        stretches = [tuple(struct.unpack(">q", one[name])[0] for name in ("from", "until")) for one in it["stretches"]]
        ends = [end for stretch in stretches for end in stretch]
        must(path == f"coverage/{it['device']}.json" and it["device"] in devices, f"{path}: another device")
        must(all(one < two for one, two in zip(ends, ends[1:])), f"{path}: stretches out of order")
        must(all(end % MINUTE == 0 for end in ends), f"{path}: stretches are not whole minutes")
        for act in it["acts"]:
            entry = custody[act["act"]]
            from_ = stamp(struct.unpack(">q", act["from"])[0])
            until = stamp(struct.unpack(">q", act["until"])[0]) if act.get("until") else "lasts"
            named = {str(it["device"]), act["kind"], from_, until} <= {*entry["objects"].split(" ")}
            must(entry["act"] in ("device-act", "device-act-change") and named, f"{path}: an act that did not enter this")
        minutes = [minute for first, end in stretches for minute in range(first // MINUTE, end // MINUTE)]
        causes, partly, watched = {}, {}, {}
        claims = sorted(told[it["device"]], key=lambda one: one[0])
        last = next((at for _, at, _ in reversed(claims) if at is not None), None)
        latest, ended, ranges = float("inf"), set(), {}
        for _, at, claim in reversed(claims):
            latest = latest if at is None else min(latest, at)
            if claim is None:
                continue
            what, first, until, about = claim
            if what == "watched":
                for source in about:
                    ranges.setdefault(source, []).append((first, min(until, latest)))
                continue
            if until is None and (first, about) in ended:
                continue
            ended |= {(first, about)} if until is not None else set()
            until = min(until, latest) if until is not None else last or first
            for minute in range(first // MINUTE, -(-until // MINUTE)) if first < until else ():
                (partly if about[1] in partial else causes).setdefault(minute, set()).add(about[1])
        for source, found in ranges.items():
            whole = []
            for first, until in sorted(one for one in found if one[0] < one[1]):
                if whole and first <= whole[-1][1]:
                    whole[-1][1] = max(whole[-1][1], until)
                else:
                    whole.append([first, until])
            for first, until in whole:
                for minute in range(-(-first // MINUTE), until // MINUTE):
                    watched.setdefault(minute, set()).add(source)
        entries = []
        order = SCHEMA["$defs"]["source"]["enum"]
        for minute in minutes:
            own = min(causes.get(minute, ()), key=rank.index, default=None)
            if own is None and watched.get(minute):
                label = dict(watched_by=sorted(watched[minute], key=order.index), gap=None, told=None,
                             partly=sorted(partly.get(minute, ()), key=rank.index))
            else:
                label = dict(watched_by=[], gap=own or "nothing-received", told=None, partly=[])
                for act in sorted(it["acts"], key=lambda one: acts_rank.index(one["kind"])):
                    first, until = struct.unpack(">q", act["from"])[0], act["until"]
                    until = struct.unpack(">q", until)[0] if until else float("inf")
                    explains = act["kind"] not in silence or own in (None, "power-off")
                    if first < (minute + 1) * MINUTE and minute * MINUTE < until and first < until and explains:
                        label |= dict(gap=act["kind"], told=own)
                        break
            if entries and entries[-1][0] + entries[-1][1] == minute and entries[-1][2] == label:
                entries[-1][1] += 1
            else:
                entries.append([minute, 1, label])
        given = [[struct.unpack(">q", one["from"])[0] / MINUTE, one["minutes"],
                  dict(watched_by=one["watched_by"] or [], gap=one["gap"], told=one["told"], partly=one["partly"] or [])]
                 for one in it["entries"]]
        must(entries == given, f"{path} is not what the records come to")
        gaps = sum(length for _, length, label in entries if label["gap"])
        counted = dict(under_the_order=len(minutes), watched=len(minutes) - gaps, in_gaps=gaps)
        must(it["minutes"] == counted, f"{path}: other sums")
MINUTE = 60_000_000
def stamp(at):  # as the log writes an instant
    moment = datetime.datetime.fromtimestamp(0, datetime.timezone.utc) + datetime.timedelta(microseconds=at)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")

CHECKS = [container, trust, manifest, force_keys, manifest_signature, policies, devices, records, chain, exhibits,
          checkpoint, inclusion, consistency, custody, destroyed, withheld, decisions, lists, coverage]  # not findings: no engine is here
def verify(known):
    failed = False
    for check in CHECKS:
        needs = inspect.signature(check).parameters.keys()
        name, state = check.__name__.replace("_", "-"), "pass" if needs <= known.keys() else "-"
        try:
            if state == "pass":
                known[check.__name__] = check(**{need: known[need] for need in needs})
            print(f"{state:<5}{name}")
        except Exception as error:  # whatever outside data brings about
            print(f"FAIL {name:<20}{type(error).__name__}: {str(error)[:300]}")
            failed = True
    return int(failed)
if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", metavar="bundle", type=lambda path: pathlib.Path(path).read_bytes())
    parser.add_argument("--trust", dest="given", type=lambda path: read_json(pathlib.Path(path).read_bytes(), "trust"))
    known = vars(parser.parse_args())
    known["known"] = known
    if known["data"][:4] != b"PK\3\4" and b"PK\5\6" not in known["data"][-65_557:]:
        parser.error("this is not an evidence bundle")
    sys.exit(verify(known))
