#!/usr/bin/env python3
"""A second verifier of evidence bundles, written from docs/bundle-format.md alone and used by tests only.

verify.py BUNDLE.zip [--trust KEYFILE]; exit 0 every check passes, 1 one fails (named), 2 not a bundle or wrong use.
"""
import base64, hashlib, io, json, re, struct, sys, uuid, zipfile, zlib
from datetime import datetime
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

P = 2**255 - 19
ORDER_8 = int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little")
SMALL_ORDER = {0, 1, P - 1, ORDER_8, P - ORDER_8}  # their y coordinates

class Fails(Exception): """A check does not hold."""
class Waits(Exception): """A check rests on one that failed."""

BROKEN = (Fails, InvalidSignature, ValueError, KeyError, TypeError, AttributeError, RecursionError, struct.error)  # outside data

def must(holds, says):
    if not holds:
        raise Fails(says)

def sha256(data): return hashlib.sha256(data).digest()
def big(number): return struct.pack(">Q", number)
def H(domain, *parts): return sha256(b"".join(big(len(part)) + part for part in (domain.encode(), *parts)))  # section 1
def id_bytes(text): return uuid.UUID(text).bytes
def unhex(text, length): return text_of(text, "[0-9a-f]{%d}" % (2 * length)) and bytes.fromhex(text)

def of_good_order(point):
    must((int.from_bytes(point, "little") % 2**255) % P not in SMALL_ORDER, "a key or signature is of small order")
    return point

def key_of(text): return of_good_order(unhex(text, 32))

def signed(key, data, signature, says):
    must(len(signature) == 64 and of_good_order(signature[:32]), says)
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, data)
    except InvalidSignature:
        raise Fails(says) from None

def b64(text):
    data = base64.b64decode(text, validate=True)
    must(base64.b64encode(data).decode() == text, "base64 is not in its standard form")
    return data

def micros(text):
    whole = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z", text)
    must(whole, "a time is not RFC 3339 in UTC")
    seconds = int(datetime.fromisoformat(whole[1] + "+00:00").timestamp())
    return struct.pack(">q", seconds * 1_000_000 + int((whole[2] or "0").ljust(9, "0")[:6]))

# Shapes of the JSON files (section 3.1): T text, N number, U id, D digest, W time; (shape,) may be null or absent.
def text_of(value, form="(?s:.*)"):
    must(isinstance(value, str) and re.fullmatch(form, value), "text of another form was expected")
    return True

T, W, D = text_of, micros, lambda value: unhex(value, 32)
N = lambda value: must(type(value) is int and 0 <= value < 2**64, "a number was expected")
U = lambda value: text_of(value, "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
KIND = lambda value: text_of(value, "record|audit|decision")
OUTCOME = lambda value: text_of(value, "no-concern|mistaken-finding|discuss-at-visit|suspected-breach")
TRUST, SIGNED = dict(force_name=T, force=U, root_key=T, ca_pem=T), dict(statement=T, signature=T)
FORCE_KEYS, ROTATION = SIGNED | dict(rotations=([SIGNED],)), dict(force=U, from_key=T, to_key=T, issued_at=W)
KEYS = dict(force=U, force_name=T, version=N, issued_at=W, policy_key=T, checkpoint_key=T, pack_key=(T,), valid_until=(W,),
            checkpoint_origin=T, ca_pem=T)
DEVICE = dict(device=U, force=U, case=U, record_key=T, system=T, account=T, enrolled_at=W)
MANIFEST = dict(format=N, bundle=U, force=U, force_name=T, case=U, case_reference=T, order_reference=T, prepared_by=T, created_at=W,
                program=T, cannot_be_repeated=[T], left_out=[T], files=[dict(path=T, bytes=N, sha256=D)])
CHAIN = dict(links=[dict(header=T, signature=T)])
DESTROYED = dict(record=D, device=U, epoch=N, seq=N, destroyed_at=(W,), why=(T,), certificate=(U,), act=(U,))
OPENED = dict(record=D, commitments=[D], opened=[dict(index=N, name=T, value=T, salt=T)])
EARLIER = dict(earlier=[dict(size=N, root=D, hashes=[D])])
PROOFS = dict(leaves=[dict(kind=KIND, hash=D, proof=dict(index=N, hashes=[D]))])
CUSTODY = dict(entries=[dict(seq=N, id=U, opened_at=W, actor=T, act=T, case=(U,), objects=T, sealed=T, previous=D, hash=D,
                             completed=(dict(at=W, outcome=T, hash=D),))])
DECISION = dict(id=U, alert=U, case=U, officer=U, officer_name=T, outcome=OUTCOME, decided_at=W, reason=T, sealed=T, hash=D, records=[D])

def shaped(value, shape):
    if isinstance(shape, tuple):
        return None if value is None else shaped(value, shape[0])
    if isinstance(shape, list):
        must(isinstance(value, list), "a list was expected")
        return [shaped(item, shape[0]) for item in value]
    if isinstance(shape, dict):
        must(isinstance(value, dict) and not value.keys() - shape.keys(), "an unknown member, or no object")
        must(all(name in value or isinstance(inner, tuple) for name, inner in shape.items()), "a member is missing")
        return {name: shaped(value.get(name), inner) for name, inner in shape.items()}
    shape(value)
    return value

def once(pairs):
    must(len(dict(pairs)) == len(pairs), "a member stands twice")
    return dict(pairs)

def read_json(data, shape=None):
    value = json.loads(data if isinstance(data, str) else data.decode(), object_pairs_hook=once)
    return value if shape is None else shaped(value, shape)

class Bundle:
    def __init__(self, files, trust):
        self.files, self.trust, self.known = files, trust, {}

    def need(self, *checks):
        for check in checks:
            if check not in self.known:
                raise Waits(f"not checked, because {check} failed")
        return [self.known[check] for check in checks]

    def file(self, path):
        must(path in self.files, f"{path} is missing")
        return self.files[path]

    def line(self, path):
        must(self.file(path).endswith(b"\n"), f"{path} does not end with a line feed")
        return b64(self.file(path)[:-1].decode())

    def under(self, folder): return [(path, data) for path, data in sorted(self.files.items()) if path.startswith(folder)]

    def rotations(self):
        try:
            return read_json(self.file("trust/force-keys.json"), FORCE_KEYS)["rotations"] or []
        except Exception:  # The next check says so.
            return []

    def check_trust(self):
        own = read_json(self.file("trust/root.json"), TRUST)
        given = self.trust or own
        root = given["root_key"].lower()
        self.known["root"] = key_of(root)
        for turn in self.rotations() if self.trust else []:
            says = read_json(turn["statement"], ROTATION)
            if says["from_key"] == root:
                must(says["force"] == given["force"], "a hand-over of another force")
                signed(key_of(root), b"proviso/root-rotation/v1\n" + turn["statement"].encode(), b64(turn["signature"]), "no hand-over")
                root = says["to_key"]
        self.known["root"] = key_of(root)
        must((key_of(own["root_key"]), own["force"]) == (self.known["root"], given["force"]), "another root key or force than given")

    def check_manifest(self):
        manifest, listed = read_json(self.file("manifest.json"), MANIFEST), {"manifest.json", "manifest.sig"}
        must(manifest["format"] == 1, "not format 1")
        places = "README.txt|trust/(root|force-keys).json|proofs/checkpoint.txt|proofs/(inclusion|consistency).json|custody/log.json|"
        places += "(policies|devices|records|chains|captured|generated|destroyed|decisions)/.*"
        for entry in manifest["files"]:
            path, data = entry["path"], self.file(entry["path"])
            must((len(data), sha256(data).hex()) == (entry["bytes"], entry["sha256"]), f"{path} is not the one listed")
            must(re.fullmatch(places, path) and path not in listed, f"{path} has no place there")
            listed.add(path)
        must(listed >= self.files.keys(), "a file is not listed")
        return manifest

    def check_force_keys(self):
        [root], keys = self.need("root"), read_json(self.file("trust/force-keys.json"), FORCE_KEYS)
        signed(root, b"proviso/force-keys/v1\n" + keys["statement"].encode(), b64(keys["signature"]), "the root did not sign")
        it = read_json(keys["statement"], KEYS)
        must(it["force"] == read_json(self.file("trust/root.json"), TRUST)["force"], "keys of another force")
        return it | dict(policy=key_of(it["policy_key"]), checkpoint=key_of(it["checkpoint_key"]))

    def check_manifest_signature(self):
        [keys], data = self.need("force-keys"), self.file("manifest.json")
        signed(keys["checkpoint"], b"proviso/bundle-manifest/v1\n" + data, self.line("manifest.sig"), "the force did not sign it")
        manifest = self.need("manifest")[0]
        must(manifest["force"] == keys["force"], "the manifest is of another force")
        must(keys["valid_until"] is None or micros(manifest["created_at"]) <= micros(keys["valid_until"]), "the keys had lapsed")

    def check_policies(self):
        (keys, manifest), policies = self.need("force-keys", "manifest"), {}
        for path, data in self.under("policies/"):
            if path.endswith(".json"):
                digest = H("proviso/policy/v1", data)
                must(path == f"policies/{digest.hex()}.json", f"{path} has another hash")
                signed(keys["policy"], b"proviso/policy/v1\n" + data, self.line(path[:-4] + "sig"), f"the force did not sign {path}")
                it = policies[digest] = read_json(data)
                must((it["format"], it["force"], it["case"]) == (1, manifest["force"], manifest["case"]), f"{path} is of another case")
        must(len(self.under("policies/")) == 2 * len(policies), "a signature without its policy")
        must(manifest["order_reference"] in [policy["order_reference"] for policy in policies.values()], "no policy of the order")
        return policies

    def check_devices(self):
        (keys, manifest), devices = self.need("force-keys", "manifest"), {}
        for path, data in self.under("devices/"):
            device = read_json(data, SIGNED)
            signed(keys["policy"], b"proviso/device-statement/v1\n" + device["statement"].encode(), b64(device["signature"]), path)
            it = read_json(device["statement"], DEVICE)
            mine = (f"devices/{it['device']}.json", it["force"], it["case"])
            must(mine == (path, manifest["force"], manifest["case"]), f"{path} is of another device, force or case")
            devices[id_bytes(it["device"])] = key_of(it["record_key"])
        return devices

    def header(self, path, data, signature):
        must(len(data) == 190 and data[:2] == b"\1\1", f"{path}: a header is malformed or of another version")
        names = "force device epoch seq previous case_key policy field_root body_hash".split()
        it = dict(zip(names, struct.unpack(">16s16sIQ32s16s32s32s32s", data[2:])))
        devices = self.known["devices"]
        must(it["device"] in devices, f"{path} is of a device that is not here")
        signed(devices[it["device"]], b"proviso/record/v1\n" + data, signature, f"the device did not sign {path}")
        return it | dict(hash=H("proviso/record-hash/v1", data), device_id=str(uuid.UUID(bytes=it["device"])))

    def check_records(self):
        (_, policies, manifest), records = self.need("devices", "policies", "manifest"), {}
        for path, data in self.under("records/"):
            must(data[:4] == b"PVR1" and len(data) >= 262 + 1120 + 16, f"{path} is no record")
            it, body = self.header(path, data[4:194], data[194:258]), data[262:]
            must(struct.unpack(">I", data[258:262])[0] == len(body), f"{path} is cut or longer")
            must(path == f"records/{it['device_id']}/{it['epoch']:010}-{it['seq']:020}.record", f"{path} holds another record")
            must(it["body_hash"] == H("proviso/body/v1", body), f"the body of {path} was changed")
            self.made_under(path, it, manifest, policies)
            records[it["hash"].hex()] = it
        must(records or self.under("destroyed/"), "there is no record")
        return records

    def made_under(self, path, it, manifest, policies):
        must(it["force"] == id_bytes(manifest["force"]) and it["policy"] in policies, f"{path}: another force or policy")
        policy = policies[it["policy"]]
        made_for = (policy["device"], policy["case_key"]["id"])
        must(made_for == (it["device_id"], str(uuid.UUID(bytes=it["case_key"]))), f"{path}: another device's policy")

    def check_chain(self):
        (_, records), linked = self.need("devices", "records"), {}
        for path, data in self.under("chains/"):
            before = None
            for link in read_json(data, CHAIN)["links"]:
                it = self.header(path, unhex(link["header"], 190), unhex(link["signature"], 64))
                must(path == f"chains/{it['device_id']}/{it['epoch']:010}.json", f"{path}: another device or epoch")
                start = H("proviso/chain/v1", it["force"], it["device"], struct.pack(">I", it["epoch"]))
                must(it["seq"] or it["previous"] == start, f"{path} begins otherwise")
                follows = not before or (before["seq"] + 1, before["hash"], before["force"]) == (it["seq"], it["previous"], it["force"])
                must(follows, f"{path}: a record is missing or does not follow")
                before = it
                linked[it["hash"].hex()] = it
        must(linked.keys() >= records.keys(), "a record is in no chain")
        return linked

    def check_exhibits(self):
        [records] = self.need("records")
        for path, data in self.under("captured/") + self.under("generated/"):
            it = read_json(data, OPENED)
            must(path.split("/", 1)[1] == it["record"] + ".json" and it["record"] in records, f"{path} is of another record")
            commitments = [bytes.fromhex(commitment) for commitment in it["commitments"]]
            for before, field in zip([None, *it["opened"]], it["opened"]):
                name, index = field["name"], field["index"]
                must(index < len(commitments), f"{path}: no such field")
                own = H("proviso/field/v1", name.encode(), unhex(field["salt"], 16), field["value"].encode())
                must(own == commitments[index], f"{path}: {name} was changed")
                rises = not before or (before["index"] < index and before["name"].encode() < name.encode())
                must(rises, f"{path}: fields out of order")
                must(name.startswith("body.generated.") == path.startswith("generated/"), f"{path}: the wrong folder")
            root = H("proviso/fields/v1", big(len(commitments)), *commitments)
            must(root == records[it["record"]]["field_root"], f"{path} shows fields of another record")

    def check_findings(self): raise Waits("not replayed by this verifier")

    def check_checkpoint(self):
        [keys] = self.need("force-keys")
        body, _, signatures = self.file("proofs/checkpoint.txt").rpartition(b"\n\n")
        form, blobs = re.fullmatch(rb"([^\n]+)\n(0|[1-9][0-9]*)\n([^\n]+)\ntime [^\n]*", body), []
        must(form and signatures.endswith(b"\n"), "this is not a checkpoint")
        for line in signatures[:-1].decode().split("\n"):
            it = re.fullmatch(r"\u2014 ([^\s+]+) (\S+)", line)
            must(it, "a signature line is malformed")
            if b64(it[2])[:4] == sha256(it[1].encode() + b"\n\x01" + keys["checkpoint"])[:4]:
                blobs.append(b64(it[2])[4:])
        for blob in blobs:
            signed(keys["checkpoint"], body + b"\n", blob, "the checkpoint's signature does not hold")
        root = b64(form[3].decode())
        must(blobs and len(root) == 32 and form[1].decode() == keys["checkpoint_origin"], "unsigned, or of another log")
        return int(form[2]), root

    def check_inclusion(self):
        ((size, root), records), proven = self.need("checkpoint", "records"), set()
        for it in read_json(self.file("proofs/inclusion.json"), PROOFS)["leaves"]:
            kind = dict(record=b"\1", audit=b"\2", decision=b"\3")[it["kind"]]
            first, last, node = it["proof"]["index"], size - 1, sha256(b"\0" + kind + bytes.fromhex(it["hash"]))
            must(first < size, "a proof is of a leaf beyond the log")
            must(climb(first, last, node, it["proof"]["hashes"])[1] == root, f"{it['kind']} {it['hash']} is not in the log")
            proven.add((it["kind"], it["hash"]))
        must(proven >= {("record", record) for record in records}, "a record has no proof")
        return proven

    def check_consistency(self):
        [(size, root)], before = self.need("checkpoint"), 0
        for it in read_json(self.file("proofs/consistency.json"), EARLIER)["earlier"]:
            old, hashes = it["size"], it["hashes"]
            must(before < old < size, "an earlier log is out of place")
            hashes, first, last, before = hashes if old & (old - 1) else [it["root"], *hashes], old - 1, size - 1, old
            must(hashes, "a proof is too short")
            while first % 2:
                first, last = first >> 1, last >> 1
            both = climb(first, last, bytes.fromhex(hashes[0]), hashes[1:])
            must(both == (bytes.fromhex(it["root"]), root), f"the log does not continue the one of {old} entries")

    def check_custody(self):
        (manifest, proven), before = self.need("manifest", "inclusion"), None
        entries = read_json(self.file("custody/log.json"), CUSTODY)["entries"]
        for it in entries:
            case, end, says = id_bytes(it["case"]) if it["case"] else bytes(16), it["completed"], f"act {it['seq']}"
            own = H("proviso/audit/v1", big(it["seq"]), bytes.fromhex(it["previous"]), id_bytes(it["id"]), micros(it["opened_at"]),
                    it["actor"].encode(), it["act"].encode(), case, it["objects"].encode(), b64(it["sealed"]))
            must(own.hex() == it["hash"] and it["case"] in (None, manifest["case"]), f"{says} was changed or is of another case")
            step = it["seq"] - before["seq"] if before else 2
            must(step > 1 or step == 1 and it["previous"] == before["hash"], f"{says} does not follow")
            if end:
                ended = H("proviso/audit-completed/v1", own, end["outcome"].encode(), micros(end["at"])).hex()
                must(ended == end["hash"] and ("audit", ended) in proven, f"the end of {says} is not in the log")
            before = it
        return {it["id"]: it for it in reversed(entries)}

    def check_destroyed(self):
        manifest, policies, records, links, proven, acts = self.need(*"manifest policies records chain inclusion custody".split())
        gone = set()
        for path, data in self.under("destroyed/"):
            it = read_json(data, DESTROYED)
            record, act = it["record"], acts.get(it["act"])
            must(path == f"destroyed/{record}.json" and record in links and record not in records, f"{path}: no such record")
            link = links[record]
            place = (it["device"], it["epoch"], it["seq"])
            must(place == (link["device_id"], link["epoch"], link["seq"]), f"{path}: another place in the chain")
            self.made_under(path, link, manifest, policies)
            must(("record", record) in proven, f"{path}: not in the log")
            if it["act"]:
                names = {"record-destroy": record, "case-destroy": act and act["case"]}.get(act and act["act"])
                objects = act["objects"].split(" ") if act else []
                must(names in objects and (not it["certificate"] or it["certificate"] in objects), f"{path}: another act")
            gone.add(record)
        return gone

    def check_decisions(self):
        manifest, proven, records, gone = self.need("manifest", "inclusion", "records", "destroyed")
        for path, data in self.under("decisions/"):
            it = read_json(data, DECISION)
            must((path, it["case"]) == (f"decisions/{it['id']}.json", manifest["case"]), f"{path}: another decision or case")
            ids = [id_bytes(it[name]) for name in ("id", "alert", "case", "officer")]
            own = H("proviso/decision/v1", *ids, it["outcome"].encode(), micros(it["decided_at"]), b64(it["sealed"])).hex()
            must(own == it["hash"] and ("decision", own) in proven, f"{path} was changed or is not in the log")
            must(records.keys() | gone >= set(it["records"]), f"{path} is about a record that is not here")

def climb(first, last, node, hashes):  # RFC 9162, 2.1.3.2 and 2.1.4.2: the root of the earlier log and that of the log
    old = new = node
    for step in map(bytes.fromhex, hashes):
        must(last, "a proof is too long")
        left = first % 2 or first == last
        old, new = (sha256(b"\1" + step + old) if left else old), sha256(b"\1" + (step + new if left else new + step))
        while left and first and not first % 2:
            first, last = first >> 1, last >> 1
        first, last = first >> 1, last >> 1
    must(not last, "a proof is too short")
    return old, new

def container(data):  # section 2: read, write anew, compare
    local, central = bytearray(), bytearray()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            files = {info.filename.encode(): archive.read(info) for info in archive.infolist() if info.file_size <= 64 << 20}
    except (*BROKEN, zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, OverflowError):
        raise Fails("the zip cannot be read") from None
    must(len(files) <= 65_535, "this verifier knows no ZIP64: it reads at most 65,535 files")
    for name, content in sorted(files.items()):
        common = struct.pack("<HHHHHIIIHH", 10, 0, 0, 0, 0x21, zlib.crc32(content), len(content), len(content), len(name), 0)
        central += b"PK\1\2\x0a\3" + common + struct.pack("<HHHII", 0, 0, 0, 0x81A40000, len(local)) + name
        local += b"PK\3\4" + common + name + content
    end = b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, len(files), len(files), len(central), len(local), 0)
    must(bytes(local + central + end) == data, "the zip is not its contents written anew")
    return {name.decode(): content for name, content in files.items()}

CHECKS = """trust manifest force-keys manifest-signature policies devices records chain exhibits findings checkpoint inclusion
            consistency custody destroyed decisions""".split()

def verify(data, trust):
    try:
        bundle, outcomes = Bundle(container(data), trust), [("container", "pass", "")]
    except BROKEN as error:
        return [("container", "FAIL", error)]
    for check in CHECKS:
        try:
            bundle.known[check] = getattr(bundle, "check_" + check.replace("-", "_"))()
            outcomes.append((check, "pass", ""))
        except Waits as error:
            outcomes.append((check, "-", error))
        except BROKEN as error:
            outcomes.append((check, "FAIL", error))
    return outcomes

def main(arguments):
    try:
        must(len(arguments) == 1 or len(arguments) == 3 and arguments[1] == "--trust", "usage: verify.py BUNDLE.zip [--trust KEYFILE]")
        data = open(arguments[0], "rb").read()
        trust = read_json(open(arguments[2], "rb").read(), TRUST) if len(arguments) == 3 else None
        must(not trust or key_of(trust["root_key"]), "no key")
        must(data[:4] == b"PK\3\4" or b"PK\5\6" in data[-65_557:], "this is not an evidence bundle")
    except (OSError, *BROKEN) as error:
        print(f"verify.py: {error}", file=sys.stderr)
        return 2
    outcomes = verify(data, trust)
    for check, state, says in outcomes:
        print(f"{state:<5}{check:<20}{says}")
    return int(any(state == "FAIL" for _, state, _ in outcomes))

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
