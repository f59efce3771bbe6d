#!/usr/bin/env python3
"""A second verifier of evidence bundles, written from docs/bundle-format.md alone and used by tests only.

verify.py BUNDLE.zip [--trust KEYFILE]; exit 0 every check passes, 1 one fails (named), 2 not a bundle or wrong use.
"""
import base64, hashlib, io, json, re, struct, sys, uuid, zipfile, zlib
from datetime import datetime, timezone

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

P = 2**255 - 19
ORDER_8 = int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little")
SMALL_ORDER = {0, 1, P - 1, ORDER_8, P - ORDER_8}

class Fails(Exception):  # A check does not hold.
    pass

class Waits(Exception):  # A check rests on one that failed.
    pass

def must(holds, says):
    if not holds:
        raise Fails(says)

def sha256(data):
    return hashlib.sha256(data).digest()

def H(domain, *parts):  # section 1
    return sha256(b"".join(struct.pack(">Q", len(part)) + part for part in (domain.encode(), *parts)))

def key_of(text):
    must(re.fullmatch("[0-9a-fA-F]{64}", text), "a key is not 32 bytes")
    raw = bytes.fromhex(text)
    must((int.from_bytes(raw, "little") % 2**255) % P not in SMALL_ORDER, "a key is of small order")
    return raw

def signed(key, data, signature, says):
    must(len(signature) == 64, says)
    must((int.from_bytes(signature[:32], "little") % 2**255) % P not in SMALL_ORDER, says)
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, data)
    except (InvalidSignature, ValueError):
        raise Fails(says) from None

def b64(text):
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        raise Fails("base64 cannot be read") from None
    must(base64.b64encode(data).decode() == text, "base64 is not in its standard form")
    return data

def micros(at):
    text(at)
    whole = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z", at)
    must(whole, "a time is not RFC 3339 in UTC")
    try:
        seconds = int(datetime.fromisoformat(whole[1]).replace(tzinfo=timezone.utc).timestamp())
    except ValueError:
        raise Fails("a time is no instant") from None
    return seconds * 1_000_000 + int((whole[2] or "0").ljust(9, "0")[:6])

# Shapes of the JSON files (section 3.1): T text, N number, U id, D digest, W time; (shape,) may be null or absent.
def text(value, form=".*"):
    must(isinstance(value, str) and re.fullmatch(form, value, re.S), "text of another form was expected")

T, N = text, lambda value: must(type(value) is int and 0 <= value < 2**64, "a number was expected")
U = lambda value: text(value, "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
D, W = lambda value: text(value, "[0-9a-f]{64}"), lambda value: micros(value)
TRUST = dict(force_name=T, force=U, root_key=T, ca_pem=T)
SIGNED = dict(statement=T, signature=T)
KEYS = dict(force=U, force_name=T, version=N, issued_at=W, policy_key=T, checkpoint_key=T, checkpoint_origin=T, ca_pem=T)
DEVICE = dict(device=U, force=U, case=U, record_key=T, system=T, account=T, enrolled_at=W)
MANIFEST = dict(format=N, bundle=U, force=U, force_name=T, case=U, case_reference=T, order_reference=T, prepared_by=T,
                created_at=W, program=T, cannot_be_repeated=[T], files=[dict(path=T, bytes=N, sha256=D)])
CHAIN = dict(links=[dict(header=T, signature=T)])
OPENED = dict(record=D, commitments=[D], opened=[dict(index=N, name=T, value=T, salt=T)])
PROOFS = dict(leaves=[dict(kind=lambda value: text(value, "record|audit|decision"), hash=D, proof=dict(index=N, hashes=[D]))])
CUSTODY = dict(entries=[dict(seq=N, id=U, opened_at=W, actor=T, act=T, case=(U,), objects=T, sealed=T, previous=D, hash=D,
                             completed=(dict(at=W, outcome=T, hash=D),))])
OUTCOME = lambda value: text(value, "no-concern|mistaken-finding|discuss-at-visit|suspected-breach")
DECISION = dict(id=U, alert=U, case=U, officer=U, officer_name=T, outcome=OUTCOME, decided_at=W, reason=T, sealed=T, hash=D,
                records=[D])

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

def read_json(data, shape=None):
    def once(pairs):
        must(len(dict(pairs)) == len(pairs), "a member stands twice")
        return dict(pairs)
    try:
        value = json.loads(data if isinstance(data, str) else data.decode(), object_pairs_hook=once)
    except (ValueError, RecursionError):
        raise Fails("JSON cannot be read") from None
    return value if shape is None else shaped(value, shape)

class Bundle:
    def __init__(self, files, trust):
        self.files, self.trust, self.known = files, trust, {}

    def need(self, check):
        if check not in self.known:
            raise Waits(check)
        return self.known[check]

    def file(self, path):
        must(path in self.files, f"{path} is missing")
        return self.files[path]

    def under(self, folder):
        return [(path, data) for path, data in sorted(self.files.items()) if path.startswith(folder)]

    def check_trust(self):
        own = read_json(self.file("trust/root.json"), TRUST)
        given = self.trust or own
        own_key = key_of(own["root_key"])
        self.known["root"] = key_of(given["root_key"])
        must((own_key, own["force"]) == (self.known["root"], given["force"]), "another root key or force than the one given")

    def check_manifest(self):
        manifest = read_json(self.file("manifest.json"), MANIFEST)
        must(manifest["format"] == 1, "not format 1")
        listed = {"manifest.json", "manifest.sig"}
        places = "README.txt|trust/root.json|trust/force-keys.json|proofs/checkpoint.txt|proofs/inclusion.json|custody/log.json"
        for entry in manifest["files"]:
            path, data = entry["path"], self.file(entry["path"])
            must((len(data), sha256(data).hex()) == (entry["bytes"], entry["sha256"]), f"{path} is not the one listed")
            place = re.fullmatch(places, path) or re.match("(policies|devices|records|chains|captured|generated|decisions)/", path)
            must(place and path not in listed, f"{path} has no place there")
            listed.add(path)
        must(listed >= self.files.keys(), "a file is not listed")
        return manifest

    def check_force_keys(self):
        root, keys = self.need("root"), read_json(self.file("trust/force-keys.json"), SIGNED)
        signed(root, b"proviso/force-keys/v1\n" + keys["statement"].encode(), b64(keys["signature"]), "the root did not sign")
        statement = read_json(keys["statement"], KEYS)
        must(statement["force"] == read_json(self.file("trust/root.json"), TRUST)["force"], "keys of another force")
        return dict(policy=key_of(statement["policy_key"]), checkpoint=key_of(statement["checkpoint_key"]),
                    origin=statement["checkpoint_origin"], force=statement["force"])

    def line(self, path):
        must(self.file(path).endswith(b"\n"), f"{path} does not end with a line feed")
        return b64(self.file(path)[:-1].decode("ascii", "replace"))

    def check_manifest_signature(self):
        keys = self.need("force-keys")
        signed(keys["checkpoint"], b"proviso/bundle-manifest/v1\n" + self.file("manifest.json"), self.line("manifest.sig"),
               "the force did not sign the manifest")
        must(self.need("manifest")["force"] == keys["force"], "the manifest is of another force")

    def check_policies(self):
        keys, manifest, policies = self.need("force-keys"), self.need("manifest"), {}
        for path, data in self.under("policies/"):
            if path.endswith(".json"):
                digest = H("proviso/policy/v1", data)
                must(path == f"policies/{digest.hex()}.json", f"{path} has another hash")
                signed(keys["policy"], b"proviso/policy/v1\n" + data, self.line(path[:-4] + "sig"), f"the force did not sign {path}")
                policy = policies[digest] = read_json(data)
                must(isinstance(policy, dict) and policy.get("format") == 1, f"{path} is no policy of format 1")
                must((policy["force"], policy["case"]) == (manifest["force"], manifest["case"]), f"{path} is of another case")
        must(len(self.under("policies/")) == 2 * len(policies), "a signature without its policy")
        must(any(policy["order_reference"] == manifest["order_reference"] for policy in policies.values()), "no policy of the order")
        return policies

    def check_devices(self):
        keys, manifest, devices = self.need("force-keys"), self.need("manifest"), {}
        for path, data in self.under("devices/"):
            device = read_json(data, SIGNED)
            signed(keys["policy"], b"proviso/device-statement/v1\n" + device["statement"].encode(), b64(device["signature"]), path)
            it = read_json(device["statement"], DEVICE)
            mine = (f"devices/{it['device']}.json", it["force"], it["case"])
            must(mine == (path, manifest["force"], manifest["case"]), f"{path} is of another device, force or case")
            devices[uuid.UUID(it["device"]).bytes] = key_of(it["record_key"])
        return devices

    @staticmethod
    def header(data):
        must(len(data) == 190 and data[:2] == b"\1\1", "a header is malformed or of another version")
        names = "force device epoch seq previous case_key policy field_root body_hash"
        it = dict(zip(names.split(), struct.unpack(">16s16sIQ32s16s32s32s32s", data[2:])))
        return it | dict(hash=H("proviso/record-hash/v1", data), device_id=str(uuid.UUID(bytes=it["device"])))

    def check_records(self):
        devices, policies, records = self.need("devices"), self.need("policies"), {}
        force = uuid.UUID(self.need("manifest")["force"]).bytes
        for path, data in self.under("records/"):
            must(data[:4] == b"PVR1" and len(data) >= 262 + 1120 + 16, f"{path} is no record")
            it, body = self.header(data[4:194]), data[262:]
            must(struct.unpack(">I", data[258:262])[0] == len(body), f"{path} is cut or longer")
            must(path == f"records/{it['device_id']}/{it['epoch']:010}-{it['seq']:020}.record", f"{path} holds another record")
            must(it["device"] in devices, f"{path} is of a device that is not here")
            signed(devices[it["device"]], b"proviso/record/v1\n" + data[4:194], data[194:258], f"the device did not sign {path}")
            must(it["body_hash"] == H("proviso/body/v1", body), f"the body of {path} was changed")
            must(it["force"] == force and it["policy"] in policies, f"{path}: another force, or a policy that is not here")
            policy = policies[it["policy"]]
            made_for = (policy["device"], policy["case_key"]["id"])
            must(made_for == (it["device_id"], str(uuid.UUID(bytes=it["case_key"]))), f"{path}: another's policy")
            records[it["hash"].hex()] = it
        must(records, "there is no record")
        return records

    def check_chain(self):
        devices, records, linked = self.need("devices"), self.need("records"), set()
        for path, data in self.under("chains/"):
            before = None
            for link in read_json(data, CHAIN)["links"]:
                must(re.fullmatch("[0-9a-f]{380}", link["header"]) and re.fullmatch("[0-9a-f]{128}", link["signature"]), path)
                raw = bytes.fromhex(link["header"])
                it = self.header(raw)
                must(path == f"chains/{it['device_id']}/{it['epoch']:010}.json" and it["device"] in devices, f"{path}: another's")
                signed(devices[it["device"]], b"proviso/record/v1\n" + raw, bytes.fromhex(link["signature"]), f"{path}: unsigned")
                if it["seq"] == 0:
                    start = H("proviso/chain/v1", it["force"], it["device"], struct.pack(">I", it["epoch"]))
                    must(it["previous"] == start, f"{path} begins otherwise")
                if before:
                    follows = (before["seq"] + 1, before["hash"], before["force"])
                    must((it["seq"], it["previous"], it["force"]) == follows, f"{path}: a record is missing or does not follow")
                before = it
                linked.add(it["hash"].hex())
        must(linked >= records.keys(), "a record is in no chain")

    def check_exhibits(self):
        records = self.need("records")
        for path, data in self.under("captured/") + self.under("generated/"):
            it = read_json(data, OPENED)
            must(path.split("/", 1)[1] == it["record"] + ".json" and it["record"] in records, f"{path} is of another record")
            commitments = [bytes.fromhex(commitment) for commitment in it["commitments"]]
            opened = it["opened"]
            for before, field in zip([None, *opened], opened):
                must(field["index"] < len(commitments) and re.fullmatch("[0-9a-f]{32}", field["salt"]), f"{path}: no such field")
                parts = (field["name"].encode(), bytes.fromhex(field["salt"]), field["value"].encode())
                must(H("proviso/field/v1", *parts) == commitments[field["index"]], f"{path}: {field['name']} was changed")
                rises = not before or (before["index"] < field["index"] and before["name"].encode() < field["name"].encode())
                must(rises, f"{path}: fields out of order")
                must(field["name"].startswith("body.generated.") == path.startswith("generated/"), f"{path}: the wrong folder")
            root = H("proviso/fields/v1", struct.pack(">Q", len(commitments)), *commitments)
            must(root == records[it["record"]]["field_root"], f"{path} shows fields of another record")

    def check_findings(self):
        raise Waits("not replayed by this verifier")

    def check_checkpoint(self):
        keys, note = self.need("force-keys"), self.file("proofs/checkpoint.txt")
        body, cut, signatures = note.rpartition(b"\n\n")
        form = re.fullmatch(rb"([^\n]+)\n(0|[1-9][0-9]*)\n([^\n]+)\ntime [^\n]*", body)
        must(cut and form and signatures.endswith(b"\n"), "this is not a checkpoint")
        by_force = False
        for line in signatures[:-1].decode().split("\n"):
            it = re.fullmatch(r"\u2014 ([^\s+]+) (\S+)", line)
            must(it, "a signature line is malformed")
            blob = b64(it[2])
            if blob[:4] == sha256(it[1].encode() + b"\n\x01" + keys["checkpoint"])[:4]:
                signed(keys["checkpoint"], body + b"\n", blob[4:], "the checkpoint's signature does not hold")
                by_force = True
        root = b64(form[3].decode())
        must(by_force and len(root) == 32 and form[1].decode() == keys["origin"], "unsigned, or of another log")
        return int(form[2]), root

    def check_inclusion(self):
        (size, root), records, proven = self.need("checkpoint"), self.need("records"), set()
        for it in read_json(self.file("proofs/inclusion.json"), PROOFS)["leaves"]:
            kind = dict(record=b"\1", audit=b"\2", decision=b"\3")[it["kind"]]
            first, last, node = it["proof"]["index"], size - 1, sha256(b"\0" + kind + bytes.fromhex(it["hash"]))
            must(first < size, "a proof is of a leaf beyond the log")
            for step in map(bytes.fromhex, it["proof"]["hashes"]):  # RFC 9162, 2.1.3.2
                must(last, "a proof is too long")
                if first % 2 or first == last:
                    node = sha256(b"\1" + step + node)
                    while not first % 2 and first:
                        first, last = first >> 1, last >> 1
                else:
                    node = sha256(b"\1" + node + step)
                first, last = first >> 1, last >> 1
            must(not last and node == root, f"{it['kind']} {it['hash']} is not in the log")
            proven.add((it["kind"], it["hash"]))
        must(proven >= {("record", record) for record in records}, "a record has no proof")
        return proven

    def check_custody(self):
        manifest, proven, before = self.need("manifest"), self.need("inclusion"), None
        for it in read_json(self.file("custody/log.json"), CUSTODY)["entries"]:
            case = uuid.UUID(it["case"]).bytes if it["case"] else bytes(16)
            own, end = bytes.fromhex(it["hash"]), it["completed"]
            must(own == H("proviso/audit/v1", struct.pack(">Q", it["seq"]), bytes.fromhex(it["previous"]), uuid.UUID(it["id"]).bytes,
                          struct.pack(">q", micros(it["opened_at"])), it["actor"].encode(), it["act"].encode(), case,
                          it["objects"].encode(), b64(it["sealed"])), f"act {it['seq']} was changed")
            must(it["case"] in (None, manifest["case"]), f"act {it['seq']} is of another case")
            if before:
                follows = it["seq"] > before["seq"] + 1 or it["seq"] == before["seq"] + 1 and it["previous"] == before["hash"]
                must(follows, f"act {it['seq']} does not follow")
            if end:
                ended = H("proviso/audit-completed/v1", own, end["outcome"].encode(), struct.pack(">q", micros(end["at"]))).hex()
                must(ended == end["hash"] and ("audit", ended) in proven, f"the end of act {it['seq']} is not in the log")
            before = it

    def check_decisions(self):
        manifest, proven, records = self.need("manifest"), self.need("inclusion"), self.need("records")
        for path, data in self.under("decisions/"):
            it = read_json(data, DECISION)
            must((path, it["case"]) == (f"decisions/{it['id']}.json", manifest["case"]), f"{path}: another decision or case")
            ids = [uuid.UUID(it[name]).bytes for name in ("id", "alert", "case", "officer")]
            own = H("proviso/decision/v1", *ids, it["outcome"].encode(), struct.pack(">q", micros(it["decided_at"])), b64(it["sealed"]))
            must(own.hex() == it["hash"] and ("decision", it["hash"]) in proven, f"{path} was changed or is not in the log")
            must(records.keys() >= set(it["records"]), f"{path} is about a record that is not here")

def container(data):  # section 2: read, write anew, compare
    names, local, central = {}, bytearray(), bytearray()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = {info.filename.encode(): archive.read(info) for info in archive.infolist() if info.file_size <= 64 << 20}
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError, OverflowError, zlib.error, struct.error, OSError):
        raise Fails("the zip cannot be read") from None
    must(len(names) <= 65_535, "this verifier knows no ZIP64: it reads at most 65,535 files")
    for name, content in sorted(names.items()):
        common = struct.pack("<HHHHHIIIHH", 10, 0, 0, 0, 0x21, zlib.crc32(content), len(content), len(content), len(name), 0)
        central += b"PK\1\2" + struct.pack("<H", 0x030A) + common + struct.pack("<HHHII", 0, 0, 0, 0x81A40000, len(local)) + name
        local += b"PK\3\4" + common + name + content
    end = b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, len(names), len(names), len(central), len(local), 0)
    must(bytes(local + central + end) == data, "the zip is not its contents written anew")
    return {name.decode(): content for name, content in names.items()}

CHECKS = ("trust manifest force-keys manifest-signature policies devices records chain exhibits findings checkpoint inclusion "
          "custody decisions").split()

def verify(data, trust):
    outcomes, bundle = [("container", "pass", "")], None
    try:
        bundle = Bundle(container(data), trust)
    except Fails as error:
        outcomes = [("container", "FAIL", error)]
    for check in CHECKS if bundle else []:
        try:
            bundle.known[check] = getattr(bundle, "check_" + check.replace("-", "_"))()
            outcomes.append((check, "pass", ""))
        except Waits as error:
            outcomes.append((check, "-", error))
        except (Fails, KeyError, TypeError, UnicodeError) as error:
            outcomes.append((check, "FAIL", error))
    return outcomes

def main(arguments):
    if len(arguments) not in (1, 3) or (len(arguments) == 3 and arguments[1] != "--trust"):
        print("usage: verify.py BUNDLE.zip [--trust KEYFILE]", file=sys.stderr)
        return 2
    try:
        data = open(arguments[0], "rb").read()
        trust = read_json(open(arguments[2], "rb").read(), TRUST) if len(arguments) == 3 else None
        key_of(trust["root_key"] if trust else "07" * 32)
        must(data[:4] == b"PK\3\4" or b"PK\5\6" in data[-65_557:], "this is not an evidence bundle")
    except (OSError, Fails) as error:
        print(f"verify.py: {error}", file=sys.stderr)
        return 2
    outcomes = verify(data, trust)
    for check, state, says in outcomes:
        print(f"{state:<5}{check:<20}{says}")
    return int(any(state == "FAIL" for _, state, _ in outcomes))

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
