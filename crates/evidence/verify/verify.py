#!/usr/bin/env python3
"""Checks an evidence package offline. Independent of the program that made it.

usage: verify.py PACKAGE.zip [KEY-FINGERPRINT]
exit:  0 VALID, 1 INVALID, 2 INCOMPLETE
"""
import base64, hashlib, hmac, json, re, struct, sys, zipfile


class Invalid(Exception):
    pass


def need(condition, reason):
    if not condition:
        raise Invalid(reason)


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def unbase64(text):
    data = base64.b64decode(text, validate=True)
    need(base64.b64encode(data).decode() == text, "base64 is not in its one form")
    return data


def short(data):
    return struct.pack(">H", len(data)) + data


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        need(self.at + count <= len(self.data), "a leaf is cut short")
        self.at += count
        return self.data[self.at - count:self.at]

    def number(self, size):
        return int.from_bytes(self.take(size), "big")

    def text(self):
        return self.take(self.number(2))

    def numbers(self):
        return [self.number(8) for _ in range(self.number(2))]


def read_leaf(data):
    r = Reader(data)
    need(r.text() == b"reg-ledger/leaf/v1", "a leaf has another version")
    leaf = dict(log_seq=r.number(8), type=r.number(2), schema=r.number(2), recorded_at=r.number(8),
                event_at=r.number(8), producer=r.text(), actor=r.take(16), approvals=r.numbers(),
                subject=r.take(16).hex(), subject_seq=r.number(8), prev=r.take(32), retention=r.number(1),
                rule=r.take(32), causes=r.numbers(), commitment=r.take(32))
    need(r.at == len(data), "bytes follow a leaf")
    leaf["hash"] = sha256(b"\0", data)
    return leaf


def tree_root(leaves):
    if not leaves:
        return sha256()
    if len(leaves) == 1:
        return sha256(b"\0", leaves[0])
    half = 1 << ((len(leaves) - 1).bit_length() - 1)
    return sha256(b"\1", tree_root(leaves[:half]), tree_root(leaves[half:]))


def included(leaf_hash, index, size, path):
    """Root that the path leads to (RFC 6962 2.1.1, walked from the top)."""
    turns, low, high = [], 0, size
    need(index < size, "a record lies outside the tree")
    while high - low > 1:
        middle = low + (1 << ((high - low - 1).bit_length() - 1))
        if index < middle:
            turns.append("right")
            high = middle
        else:
            turns.append("left")
            low = middle
    need(len(turns) == len(path), "a proof has the wrong length")
    for side, sibling in zip(reversed(turns), path):
        leaf_hash = sha256(b"\1", leaf_hash, sibling) if side == "right" else sha256(b"\1", sibling, leaf_hash)
    return leaf_hash


def read_note(data):
    text = data.decode()
    body, _, tail = text.rpartition("\n\n")
    need(body and tail.endswith("\n"), "a note is not in its format")
    signatures = []
    for line in tail[:-1].split("\n"):
        dash, name, value = line.split(" ")
        need(dash == "\u2014", "a signature line is not in its format")
        value = unbase64(value)
        signatures.append((name, value[:4], value[4:]))
    return body + "\n", signatures


def check_note(data, name, key):
    text, signatures = read_note(data)
    key_id = sha256(name.encode(), b"\n", key)[:4]
    mine = [s for n, i, s in signatures if (n, i) == (name, key_id)]
    need(mine, "a note is not signed by the log")
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:
        raise Invalid("signatures cannot be checked: install the Python package `cryptography`")
    for signature in mine:
        try:
            Ed25519PublicKey.from_public_bytes(key[1:]).verify(signature, text.encode())
        except InvalidSignature:
            raise Invalid("a signature does not verify")
    return text


def check_body(leaf, shown, opening):
    lines = opening.decode().split("\n")
    need(lines[0] == "tenantry/opening@v1" and lines[-1] == "" and lines[1].startswith("r "), "an opening is malformed")
    record = json.loads(shown)
    need((record["log_seq"], record["type"], record["schema"]) == (leaf["log_seq"], leaf["type"], leaf["schema"]),
         "shown fields belong to another record")
    kind = struct.pack(">HH", leaf["type"], leaf["schema"])
    fields, digests = list(record["fields"]), []
    for position, line in enumerate(lines[2:-1]):
        word, value = line.split(" ")
        if word == "shown":
            need(fields and fields[0]["position"] == position, "shown fields and opening differ")
            field = fields.pop(0)
            data = field["text"].encode() if "text" in field else unbase64(field["base64"])
            digests.append(sha256(short(b"reg-ledger/field/v1"), unbase64(value), kind, struct.pack(">H", position),
                                  short(field["name"].encode()), struct.pack(">I", len(data)), data))
        else:
            need(word == "hidden", "an opening is malformed")
            digests.append(unbase64(value))
    need(not fields, "shown fields and opening differ")
    message = short(b"reg-ledger/body/v1") + kind + struct.pack(">H", len(digests)) + tree_root(digests)
    need(hmac.new(unbase64(lines[1][2:]), message, "sha256").digest() == leaf["commitment"],
         "shown fields are not what was committed to")


def check(path, fingerprint):
    missing = []
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        need(len(set(names)) == len(names) and all(n.startswith("bag/") and ".." not in n for n in names), "bad file names")
        need(all(i.compress_type == 0 for i in archive.infolist()), "files are compressed")
        files = {n[4:]: archive.read(n) for n in names}
    for name, method, covers in (
            ("manifest-sha256.txt", "sha256", lambda p: p.startswith("data/")),
            ("manifest-sha512.txt", "sha512", lambda p: p.startswith("data/")),
            ("tagmanifest-sha256.txt", "sha256", lambda p: not p.startswith(("data/", "tagmanifest")))):
        listed = dict(reversed(line.split("  ", 1)) for line in files[name].decode().splitlines())
        present = {p: hashlib.new(method, d).hexdigest() for p, d in files.items() if covers(p)}
        need(listed == present, "files differ from " + name)

    vkey = files["data/trust/log.vkey"].decode().rstrip("\n")
    origin, _, key = vkey.split("+", 2)
    key = unbase64(key)
    need(key[:1] == b"\1" and len(key) == 33, "the key is not an Ed25519 key")
    print_of_key = sha256(origin.encode(), b"\n", key).hex()
    need(fingerprint in (None, print_of_key), "the key has another fingerprint: " + print_of_key)
    tag = hashlib.sha256(files["tagmanifest-sha256.txt"]).hexdigest()
    need(check_note(files["tagmanifest.note"], origin, key) ==
         f"tenantry/evidence-package@v1\norigin {origin}\ntagmanifest-sha256.txt sha256 {tag}\n",
         "the package signature is over another package")
    head = check_note(files["data/trust/checkpoint"], origin, key).split("\n")
    need(len(head) == 4 and head[0] == origin, "the checkpoint is of another log")
    size, root = int(head[1]), unbase64(head[2])

    leaves = {}
    for name in files:
        match = re.fullmatch(r"data/(records|custody|erased)/(\d{6,})\.leaf", name)
        if not match:
            continue
        folder, base = match.group(1), name[:-len(".leaf")]
        leaf = read_leaf(files[name])
        need("%06d" % leaf["log_seq"] == match.group(2), name + " is named after another record")
        lines, _, checkpoint = files[base + ".tlog-proof"].decode().partition("\n\n")
        lines = lines.split("\n")
        need(lines[:2] == ["c2sp.org/tlog-proof@v1", "index %d" % leaf["log_seq"]], base + " has a malformed proof")
        need(checkpoint.encode() == files["data/trust/checkpoint"], base + " is under another checkpoint")
        need(included(leaf["hash"], leaf["log_seq"], size, [unbase64(l) for l in lines[2:]]) == root,
             base + " is not in the signed ledger")
        if folder != "erased" and base + ".json" in files:
            check_body(leaf, files[base + ".json"], files[base + ".open"])
        need(leaf["log_seq"] not in leaves, base + " occurs twice")
        leaves[leaf["log_seq"]] = leaf
        if folder == "erased":
            missing.append((json.loads(files[base + ".json"])["erased_by"], base))
    reasons = [f"the record that states the erasure of {b} is missing" for i, b in missing if i not in leaves]
    if not any(n.startswith("data/records/") for n in files):
        reasons.append("there is no record")

    chains = {(l["subject"], l["subject_seq"]): l for l in leaves.values() if l["subject_seq"]}
    for (subject, number), leaf in chains.items():
        before = chains.get((subject, number - 1))
        need(before is None or before["hash"] == leaf["prev"], "the records of a subject are not linked")
    if "data/complete/statement.json" in files:
        statement = json.loads(files["data/complete/statement.json"])
        need(statement["tree_size"] == size, "the completeness statement is about another checkpoint")
        for claim in statement["subjects"]:
            have = {n for s, n in chains if s == claim["subject"]}
            need(max(have, default=0) <= claim["records"], "a subject has more records than stated")
            if have != set(range(1, claim["records"] + 1)):
                reasons.append("records are missing of subject " + claim["subject"])
    print(f"{len(leaves)} records, ledger {origin} at {size}, key fingerprint {print_of_key}")
    if fingerprint is None:
        print("the key was taken from the package itself: compare the fingerprint with one from elsewhere")
    return reasons


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    try:
        reasons = check(sys.argv[1], sys.argv[2] if len(sys.argv) == 3 else None)
    except Invalid as reason:
        print("INVALID:", reason)
        return 1
    except Exception as error:  # anything unreadable is not a package
        print("INVALID: not readable as a package:", type(error).__name__)
        return 1
    if reasons:
        print("INCOMPLETE:", "; ".join(reasons))
        return 2
    print("VALID")
    return 0


if __name__ == "__main__":
    sys.exit(main())
