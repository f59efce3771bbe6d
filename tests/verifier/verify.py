#!/usr/bin/env python3
"""A second verifier of evidence bundles, written from docs/bundle-format.md alone and used by tests only.
Exit code 0: every check passes; 1: one fails, and is named; 2: not a bundle, or wrong use."""
import argparse, base64, hashlib, inspect, io, json, re, struct, sys, uuid, zipfile
from datetime import datetime, timedelta, timezone
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

def must(holds, says):
    if not holds:
        raise ValueError(says)

# Section 1: hashes and signatures.
def sha256(data): return hashlib.sha256(data).digest()
def big(number): return struct.pack(">Q", number)
def H(domain, *parts): return sha256(b"".join(big(len(part)) + part for part in (domain.encode(), *parts)))

P = 2**255 - 19
ORDER_8 = int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little")
SMALL_ORDER = {0, 1, P - 1, ORDER_8, P - ORDER_8}  # their y coordinates

def of_good_order(point):
    must((int.from_bytes(point, "little") % 2**255) % P not in SMALL_ORDER, "a key or signature is of small order")
    return point

def signed(key, data, signature):
    must(len(signature) == 64 and of_good_order(signature[:32]), "a signature is not 64 bytes")
    Ed25519PublicKey.from_public_bytes(key).verify(signature, data)

# Section 3.1: how members are read. Ids become UUIDs; digests, keys, signatures and times the bytes that hashes take.
def text(form, convert=str):
    def read(value):
        must(isinstance(value, str) and re.fullmatch(form, value), "text of another form was expected")
        return convert(value)
    return read

def micros(value):
    since = datetime.fromisoformat(value) - datetime(1970, 1, 1, tzinfo=timezone.utc)
    return struct.pack(">q", since // timedelta(microseconds=1))

def base64_bytes(value):
    data = base64.b64decode(value, validate=True)
    must(base64.b64encode(data).decode() == value, "base64 is not in its standard form")
    return data

def N(value):
    must(type(value) is int and 0 <= value < 2**64, "a number was expected")
    return value

def hexed(length, convert=bytes): return text("[0-9a-f]{%d}" % (2 * length), lambda value: convert(bytes.fromhex(value)))
ANY, B64, D, KEY = text("(?s:.*)"), text("[^\n]*", base64_bytes), hexed(32), hexed(32, of_good_order)
T, U = ANY, text("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", uuid.UUID)
W = text(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z", micros)

# Section 3.1: the files. (X,) may be null or left out, [X] is a list.
TRUST, SIGNED = dict(force_name=T, force=U, root_key=KEY, ca_pem=T), dict(statement=T, signature=B64)
KEYS = dict(force=U, force_name=T, version=N, issued_at=W, policy_key=KEY, checkpoint_key=KEY, checkpoint_origin=T,
            ca_pem=T)
DEVICE = dict(device=U, force=U, case=U, record_key=KEY, system=T, account=T, enrolled_at=W)
MANIFEST = dict(format=N, bundle=U, force=U, force_name=T, case=U, case_reference=T, order_reference=T, prepared_by=T,
                created_at=W, program=T, cannot_be_repeated=[T], left_out=[T], files=[dict(path=T, bytes=N, sha256=D)])
CHAIN = dict(links=[dict(header=hexed(190), signature=hexed(64))])
OPENED = dict(record=D, commitments=[D], opened=[dict(index=N, name=T, value=T, salt=hexed(16))])
PROOFS = dict(leaves=[dict(kind=text("record|audit|decision"), hash=D, proof=dict(index=N, hashes=[D]))])
CUSTODY = dict(entries=[dict(seq=N, id=U, opened_at=W, actor=T, act=T, case=(U,), objects=T, sealed=B64, previous=D,
                             hash=D, completed=(dict(at=W, outcome=T, hash=D),))])
DESTROYED = dict(record=D, device=U, epoch=N, seq=N, destroyed_at=(W,), why=(T,), certificate=(U,), act=(U,))
OUTCOME = text("no-concern|mistaken-finding|discuss-at-visit|suspected-breach")
DECISION = dict(id=U, alert=U, case=U, officer=U, officer_name=T, outcome=OUTCOME, decided_at=W, reason=T, sealed=B64,
                hash=D, records=[D])

def shaped(value, shape):
    if isinstance(shape, tuple):
        return None if value is None else shaped(value, shape[0])
    if isinstance(shape, list):
        must(isinstance(value, list), "a list was expected")
        return [shaped(item, shape[0]) for item in value]
    if not isinstance(shape, dict):
        return shape(value)
    must(isinstance(value, dict) and value.keys() <= shape.keys(), "an unknown member, or no object")
    must(all(name in value or isinstance(inner, tuple) for name, inner in shape.items()), "a member is missing")
    return {name: shaped(value.get(name), inner) for name, inner in shape.items()}

def once(pairs):
    must(len(dict(pairs)) == len(pairs), "a member stands twice")
    return dict(pairs)

def read_json(data, shape): return shaped(json.loads(data.decode(), object_pairs_hook=once), shape)

class Files(dict):
    """The files of a bundle by path."""
    def under(self, folder): return [path for path in sorted(self) if path.startswith(folder)]
    def json(self, path, shape): return read_json(self[path], shape)

    def signed(self, path, signature_path, domain, key):
        must(self[signature_path].endswith(b"\n"), f"{signature_path} does not end with a line feed")
        signed(key, domain + self[path], B64(self[signature_path][:-1].decode()))

    def statement(self, path, domain, key, shape):
        it = self.json(path, SIGNED)
        signed(key, domain + it["statement"].encode(), it["signature"])
        return read_json(it["statement"].encode(), shape)

# Section 4: the checks. Each takes what the checks named by its arguments have found.
def container(data, known):  # read, write anew, compare
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        must(len(archive.infolist()) <= 65_535, "this verifier knows no ZIP64: it reads at most 65,535 files")
        files = Files({info.filename: archive.read(info) for info in archive.infolist() if info.file_size <= 64 << 20})
    anew = io.BytesIO()
    with zipfile.ZipFile(anew, "w") as archive:
        for path in files.under(""):
            info = zipfile.ZipInfo(path)
            info.create_version, info.extract_version, info.create_system, info.external_attr = 10, 10, 3, 0x81A40000
            archive.writestr(info, files[path])
    must(anew.getvalue() == data and "".join(files).isascii(), "the zip is not its contents written anew")
    known["files"] = files

def trust(files, given, known):
    own = files.json("trust/root.json", TRUST)
    known["root"] = (given or own)["root_key"]
    must(not given or (own["root_key"], own["force"]) == (given["root_key"], given["force"]), "another root or force")

def manifest(files):
    it, listed = files.json("manifest.json", MANIFEST), {"manifest.json", "manifest.sig"}
    places = ("README.txt|trust/(root|force-keys).json|proofs/checkpoint.txt|proofs/inclusion.json|custody/log.json|"
              "(policies|devices|records|chains|captured|generated|destroyed|decisions)/.*")
    for path, length, digest in [entry.values() for entry in it["files"]]:
        must((len(files[path]), sha256(files[path])) == (length, digest), f"{path} is not the one listed")
        must(re.fullmatch(places, path) and path not in listed, f"{path} has no place there")
        listed.add(path)
    must(it["format"] == 1 and listed >= files.keys(), "another format, or a file that is not listed")
    return it

def force_keys(files, root):
    it = files.statement("trust/force-keys.json", b"proviso/force-keys/v1\n", root, KEYS)
    must(it["force"] == files.json("trust/root.json", TRUST)["force"], "keys of another force")
    return it

def manifest_signature(files, force_keys, manifest):
    files.signed("manifest.json", "manifest.sig", b"proviso/bundle-manifest/v1\n", force_keys["checkpoint_key"])
    must(manifest["force"] == force_keys["force"], "the manifest is of another force")

def policies(files, force_keys, manifest):
    found = {}
    for path in [path for path in files.under("policies/") if path.endswith(".json")]:
        digest = H("proviso/policy/v1", files[path])
        files.signed(path, f"policies/{digest.hex()}.sig", b"proviso/policy/v1\n", force_keys["policy_key"])
        it = found[digest] = files.json(path, lambda value: value)
        own = (f"policies/{digest.hex()}.json", it["format"], it["force"], it["case"])
        must(own == (path, 1, str(manifest["force"]), str(manifest["case"])), f"{path} is of another hash or case")
    must(len(files.under("policies/")) == 2 * len(found), "a signature without its policy")
    must(manifest["order_reference"] in [it["order_reference"] for it in found.values()], "no policy of the order")
    return found

def devices(files, force_keys, manifest):
    found = {}
    for path in files.under("devices/"):
        it = files.statement(path, b"proviso/device-statement/v1\n", force_keys["policy_key"], DEVICE)
        own = (f"devices/{it['device']}.json", it["force"], it["case"])
        must(own == (path, manifest["force"], manifest["case"]), f"{path} is of another device, force or case")
        found[it["device"]] = it["record_key"]
    return found

def read_header(data, signature, devices):
    must(len(data) == 190 and data[:2] == b"\1\1", "a header is malformed or of another version")
    names = "force device epoch seq previous case_key policy field_root body_hash".split()
    it = dict(zip(names, struct.unpack(">16s16sIQ32s16s32s32s32s", data[2:])))
    it |= {name: uuid.UUID(bytes=it[name]) for name in ("force", "device", "case_key")}
    signed(devices[it["device"]], b"proviso/record/v1\n" + data, signature)
    return it | dict(hash=H("proviso/record-hash/v1", data))

def made_under(it, policies, manifest):
    own, policy = (it["force"], str(it["device"]), str(it["case_key"])), policies[it["policy"]]
    must(own == (manifest["force"], policy["device"], policy["case_key"]["id"]), "another force, device or case key")

def records(files, devices, policies, manifest):
    found = {}
    for path in files.under("records/"):
        data, body = files[path], files[path][262:]
        must(data[:4] == b"PVR1" and len(body) >= 1120 + 16, f"{path} is no record")
        it, [length] = read_header(data[4:194], data[194:258], devices), struct.unpack(">I", data[258:262])
        own = (f"records/{it['device']}/{it['epoch']:010}-{it['seq']:020}.record", length, it["body_hash"])
        must(own == (path, len(body), H("proviso/body/v1", body)), f"{path} was moved or changed")
        made_under(it, policies, manifest)
        found[it["hash"]] = it
    must(found or files.under("destroyed/"), "there is no record")
    return found

def chain(files, devices, records):
    found = {}
    for path in files.under("chains/"):
        before = None
        for link in files.json(path, CHAIN)["links"]:
            it = read_header(link["header"], link["signature"], devices)
            start = H("proviso/chain/v1", it["force"].bytes, it["device"].bytes, struct.pack(">I", it["epoch"]))
            own, place = (it["seq"], it["previous"], it["force"]), f"chains/{it['device']}/{it['epoch']:010}.json"
            must(path == place and (it["seq"] or it["previous"] == start), f"{path}: another device, epoch or start")
            must(not before or own == (before["seq"] + 1, before["hash"], before["force"]), f"{path}: one is missing")
            before = found[it["hash"]] = it
    must(found.keys() >= records.keys(), "a record is in no chain")
    return found

def exhibits(files, records):
    for path in files.under("captured/") + files.under("generated/"):
        it = files.json(path, OPENED)
        for index, name, value, salt in [field.values() for field in it["opened"]]:
            own = H("proviso/field/v1", name.encode(), salt, value.encode())
            must(own == it["commitments"][index], f"{path}: {name} was changed")
            must(name.startswith("body.generated.") == path.startswith("generated/"), f"{path}: the wrong folder")
        for one, two in zip(it["opened"], it["opened"][1:]):
            must(one["index"] < two["index"] and one["name"] < two["name"], f"{path}: fields out of order")
        root = H("proviso/fields/v1", big(len(it["commitments"])), *it["commitments"])
        own = (path.split("/", 1)[1], records[it["record"]]["field_root"])
        must(own == (it["record"].hex() + ".json", root), f"{path} shows fields of another record")

def findings(files, engine): pass  # there is no engine in this verifier

def checkpoint(files, force_keys):
    form = r"(([^\n]+)\n(0|[1-9]\d*)\n([^\n]+)\ntime [^\n]*\n)\n((?:— [^\s+]+ \S+\n)+)"
    body, origin, size, root, lines = re.fullmatch(form, files["proofs/checkpoint.txt"].decode()).groups()
    blobs = [(name.encode(), B64(blob)) for name, blob in re.findall(r"— (\S+) (\S+)\n", lines)]
    ours = [blob for name, blob in blobs if blob[:4] == sha256(name + b"\n\1" + force_keys["checkpoint_key"])[:4]]
    must(ours and origin == force_keys["checkpoint_origin"] and len(B64(root)) == 32, "unsigned, or of another log")
    for blob in ours:
        signed(force_keys["checkpoint_key"], body.encode(), blob[4:])
    return int(size), B64(root)

def root_of(node, index, size, proof):  # RFC 6962, 2.1.1
    if size <= 1:
        must(size == 1 and not proof, "a proof is too long, or of a leaf beyond the log")
        return node
    *proof, other = proof
    half = 1 << (size - 1).bit_length() - 1
    if index < half:
        return sha256(b"\1" + root_of(node, index, half, proof) + other)
    return sha256(b"\1" + other + root_of(node, index - half, size - half, proof))

def inclusion(files, checkpoint, records):
    (size, root), found = checkpoint, set()
    for kind, digest, proof in [leaf.values() for leaf in files.json("proofs/inclusion.json", PROOFS)["leaves"]]:
        node = sha256(b"\0" + dict(record=b"\1", audit=b"\2", decision=b"\3")[kind] + digest)
        proven = proof["index"] < size and root_of(node, proof["index"], size, proof["hashes"]) == root
        must(proven, f"{kind} {digest.hex()} is not in the log")
        found.add((kind, digest))
    must(found >= {("record", record) for record in records}, "a record has no proof")
    return found

def custody(files, manifest, inclusion):
    entries, before = files.json("custody/log.json", CUSTODY)["entries"], None
    for it in entries:
        actor, act, objects = [it[name].encode() for name in ("actor", "act", "objects")]
        case, end, says = it["case"].bytes if it["case"] else bytes(16), it["completed"], f"act {it['seq']}"
        own = H("proviso/audit/v1", big(it["seq"]), it["previous"], it["id"].bytes, it["opened_at"], actor, act, case,
                objects, it["sealed"])
        must(own == it["hash"] and it["case"] in (None, manifest["case"]), f"{says} was changed or is of another case")
        step = it["seq"] - before["seq"] if before else 2
        must(step > 1 or step == 1 and it["previous"] == before["hash"], f"{says} does not follow")
        ended = end and H("proviso/audit-completed/v1", own, end["outcome"].encode(), end["at"])
        must(not end or ended == end["hash"] and ("audit", ended) in inclusion, f"the end of {says} is not in the log")
        before = it
    return {it["id"]: it for it in reversed(entries)}

def destroyed(files, manifest, policies, records, chain, inclusion, custody):
    found = set()
    for path in files.under("destroyed/"):
        it = files.json(path, DESTROYED)
        record, link = it["record"], chain[it["record"]]
        must(path == f"destroyed/{record.hex()}.json" and record not in records, f"{path} is about another record")
        must(all(it[name] == link[name] for name in ("device", "epoch", "seq")), f"{path}: another place in the chain")
        made_under(link, policies, manifest)
        must(("record", record) in inclusion, f"{path}: not in the log")
        if it["act"]:
            act = custody[it["act"]]
            named = {"record-destroy": record.hex(), "case-destroy": str(act["case"])}[act["act"]]
            must({named, str(it["certificate"] or named)} <= {*act["objects"].split(" ")}, f"{path}: another act")
        found.add(record)
    return found

def decisions(files, manifest, inclusion, records, destroyed):
    for path in files.under("decisions/"):
        it = files.json(path, DECISION)
        must((path, it["case"]) == (f"decisions/{it['id']}.json", manifest["case"]), f"{path}: another id or case")
        ids = [it[name].bytes for name in ("id", "alert", "case", "officer")]
        own = H("proviso/decision/v1", *ids, it["outcome"].encode(), it["decided_at"], it["sealed"])
        must(own == it["hash"] and ("decision", own) in inclusion, f"{path} was changed or is not in the log")
        must(records.keys() | destroyed >= set(it["records"]), f"{path} is about a record that is not here")

CHECKS = [container, trust, manifest, force_keys, manifest_signature, policies, devices, records, chain, exhibits,
          findings, checkpoint, inclusion, custody, destroyed, decisions]

def verify(data, given):
    known, failed = dict(data=data, given=given), False
    known["known"] = known
    for check in CHECKS:
        needs = inspect.signature(check).parameters
        state, says = "-", f"needs {', '.join(needs.keys() - known.keys())}"
        if needs.keys() <= known.keys():
            try:
                known[check.__name__] = check(**{need: known[need] for need in needs})
                state, says = "pass", ""
            except Exception as error:  # whatever outside data brings about
                state, says, failed = "FAIL", f"{type(error).__name__}: {error}", True
        print(f"{state:<5}{check.__name__.replace('_', '-'):<20}{says}")
    return int(failed)

def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bundle")
    parser.add_argument("--trust")
    arguments = parser.parse_args()
    try:
        data = open(arguments.bundle, "rb").read()
        given = read_json(open(arguments.trust, "rb").read(), TRUST) if arguments.trust else None
        must(data[:4] == b"PK\3\4" or b"PK\5\6" in data[-65_557:], "this is not an evidence bundle")
    except (OSError, ValueError) as error:
        parser.error(str(error))
    return verify(data, given)

if __name__ == "__main__":
    sys.exit(main())
