#!/usr/bin/env python3
"""Checks an evidence package offline. Independent of the program that made it.

usage: verify.py PACKAGE.zip [KEY-FINGERPRINT] [--receipt RECEIPT.json]
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


def signed_message(kind, name, text, signature):
    """What a signature of this kind is over, and the bare signature (C2SP signed-note, tlog-cosignature)."""
    if kind == 1:
        return text.encode(), signature
    time, signature = signature[:8], signature[8:]
    if kind == 4:
        return b"cosignature/v1\ntime %d\n" % int.from_bytes(time, "big") + text.encode(), signature
    origin, size, root = text.split("\n")[:3]
    tiny = lambda name: bytes([len(name.encode())]) + name.encode()
    return (b"subtree/v1\n\0" + tiny(name) + time + tiny(origin) + struct.pack(">QQ", 0, int(size)) + unbase64(root),
            signature)


def signature_holds(key, message, signature):
    """None when this computer cannot check signatures of this kind."""
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:
        raise Invalid("signatures cannot be checked: install the Python package `cryptography`")
    try:
        if key[0] in (1, 4):
            public = Ed25519PublicKey.from_public_bytes(key[1:])
        else:
            from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey
            public = MLDSA44PublicKey.from_public_bytes(key[1:])
        public.verify(signature, message)
        return True
    except InvalidSignature:
        return False
    except Exception:  # an older `cryptography` knows no ML-DSA
        need(key[0] == 6, "a key is malformed")
        return None


def check_note(data, keys):
    """The text, once the first key has signed it and no other listed key's signature is bad."""
    text, signatures = read_note(data)
    signed = set()
    for position, (name, key) in enumerate(keys):
        key_id = sha256(name.encode(), b"\n", key)[:4]
        for signature in [s for n, i, s in signatures if (n, i) == (name, key_id)]:
            holds = signature_holds(key, *signed_message(key[0], name, text, signature))
            need(holds is not False, "a signature does not verify")
            if holds is None:
                print("not checked here: an ML-DSA-44 signature (needs a newer `cryptography`)")
            signed.add(position)
    need(0 in signed, "a note is not signed by the log")
    return text


def read_head(data, keys):
    text = check_note(data, keys)
    head = text.split("\n")
    need(len(head) == 4 and head[0] == keys[0][0], "the checkpoint is of another log")
    return int(head[1]), unbase64(head[2]), text


def read_proof(data):
    lines, _, checkpoint = data.partition("\n\n")
    lines = lines.split("\n")
    need(lines[0] == "c2sp.org/tlog-proof@v1" and re.fullmatch(r"index (0|[1-9]\d*)", lines[1]), "a proof is malformed")
    return int(lines[1][6:]), [unbase64(line) for line in lines[2:]], checkpoint


def same_head(checkpoint, text, whole):
    """A proof repeats the text of the package's checkpoint with at least one of its signature lines and no other."""
    need(checkpoint.startswith(text + "\n"), "a proof is under another checkpoint")
    lines = checkpoint[len(text) + 1:].splitlines(True)
    need(lines and set(lines) <= set(whole.rpartition("\n\n")[2].splitlines(True)), "a proof is under another checkpoint")


def check_body(leaf, record, opening):
    lines = opening.split("\n")
    need(lines[0] == "tenantry/opening@v1" and lines[-1] == "" and lines[1].startswith("r "), "an opening is malformed")
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


def check_approval(scope, shown):
    """Whether a record asks for this very scope and a later one, of another person, agrees."""
    digest = hashlib.sha256(scope).hexdigest()
    asked = [(i, f) for i, f in shown if digest in f.get("content", "")
             and hashlib.sha256(f["content"].encode()).hexdigest() == f.get("content_hash")]
    return any(later > i and g.get("content_hash") == f["content_hash"] and g.get("state") == "approved"
               and g.get("decided_by", "") not in ("", g.get("requested_by"))
               for i, f in asked for later, g in shown)


def continues(old, new, path, old_root, new_root):
    """Whether the tree of `new` leaves begins with the tree of `old` leaves (RFC 9162 2.1.4.2)."""
    need(0 < old <= new, "a receipt is older than the package")
    if old == new:
        return path == [] and old_root == new_root
    path = ([old_root] if old & (old - 1) == 0 else []) + path
    need(path, "a receipt has no proof that the ledger continued")
    node, last = old - 1, new - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    first = second = path[0]
    for sibling in path[1:]:
        need(last > 0, "a receipt's proof is too long")
        if node & 1 or node == last:
            first, second = sha256(b"\1", sibling, first), sha256(b"\1", sibling, second)
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            second = sha256(b"\1", second, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and first == old_root and second == new_root


def check_receipt(data, package, keys, size, root):
    receipt = json.loads(data)
    need(receipt["format"] == "tenantry/receipt@v1", "the receipt is of another version")
    leaf = read_leaf(unbase64(receipt["leaf"]))
    index, path, checkpoint = read_proof(receipt["proof"])
    later, later_root, _ = read_head(checkpoint.encode(), keys)
    need(index == leaf["log_seq"] and included(leaf["hash"], index, later, path) == later_root,
         "the receipt is not in the signed ledger")
    need(continues(size, later, [unbase64(h) for h in receipt["continues"]], root, later_root),
         "the receipt's ledger does not continue that of the package")
    check_body(leaf, receipt["record"], receipt["opening"])
    shown = {f["name"]: f.get("text") for f in receipt["record"]["fields"]}
    need(shown.get("package_sha256") == hashlib.sha256(package).hexdigest(), "the receipt is of another package")
    print(f"recorded in the same ledger as record {index} when it was built")


def check(archive_path, fingerprint, receipt):
    missing = []
    with zipfile.ZipFile(archive_path) as archive:
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

    keys = []
    for line in files["data/trust/log.vkey"].decode().splitlines():
        name, _, key = line.split("+", 2)
        keys.append((name, unbase64(key)))
    origin, key = keys[0]
    need(key[:1] == b"\1" and len(key) == 33, "the first key is not an Ed25519 key")
    need(all(n == origin and k[0] in (1, 4, 6) for n, k in keys), "the keys are not of one log")
    print_of_key = sha256(origin.encode(), b"\n", key).hex()
    need(fingerprint in (None, print_of_key), "the key has another fingerprint: " + print_of_key)
    tag = hashlib.sha256(files["tagmanifest-sha256.txt"]).hexdigest()
    need(check_note(files["tagmanifest.note"], keys[:1]) ==
         f"tenantry/evidence-package@v1\norigin {origin}\ntagmanifest-sha256.txt sha256 {tag}\n",
         "the package signature is over another package")
    whole = files["data/trust/checkpoint"].decode()
    size, root, head = read_head(whole.encode(), keys)

    leaves, shown = {}, []
    for name in files:
        match = re.fullmatch(r"data/(records|custody|erased)/(\d{6,})\.leaf", name)
        if not match:
            continue
        folder, base = match.group(1), name[:-len(".leaf")]
        leaf = read_leaf(files[name])
        need("%06d" % leaf["log_seq"] == match.group(2), name + " is named after another record")
        index, path, checkpoint = read_proof(files[base + ".tlog-proof"].decode())
        same_head(checkpoint, head, whole)
        need(index == leaf["log_seq"] and included(leaf["hash"], index, size, path) == root,
             base + " is not in the signed ledger")
        if folder != "erased" and base + ".json" in files:
            record = json.loads(files[base + ".json"])
            check_body(leaf, record, files[base + ".open"].decode())
            shown.append((index, {f["name"]: f.get("text", "") for f in record["fields"]}))
        need(leaf["log_seq"] not in leaves, base + " occurs twice")
        leaves[leaf["log_seq"]] = leaf
        if folder == "erased":
            missing.append((json.loads(files[base + ".json"])["erased_by"], base))
    reasons = [f"the record that states the erasure of {b} is missing" for i, b in missing if i not in leaves]
    if not any(n.startswith("data/records/") for n in files):
        reasons.append("there is no record")
    if "data/request/scope.json" in files and not check_approval(files["data/request/scope.json"], shown):
        reasons.append("no record says that a second person approved the scope")

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
    if receipt is None:
        print("not checked: that the ledger recorded this package when it was built (no receipt given)")
    else:
        with open(receipt, "rb") as told, open(archive_path, "rb") as package:
            check_receipt(told.read(), package.read(), keys, size, root)
    return reasons


def main():
    words, receipt = sys.argv[1:], None
    if "--receipt" in words[:-1]:
        at = words.index("--receipt")
        receipt = words.pop(at + 1)
        words.pop(at)
    if len(words) not in (1, 2):
        sys.exit(__doc__)
    try:
        reasons = check(words[0], words[1] if len(words) == 2 else None, receipt)
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
