#!/usr/bin/env python3
"""Checks an evidence package offline. Independent of the program that made it.

usage: verify.py PACKAGE.zip [KEY-FINGERPRINT] [--receipt RECEIPT.json]
exit:  0 VALID, 1 INVALID, 2 INCOMPLETE
"""
import base64, calendar, hashlib, hmac, json, os, re, shutil, struct, subprocess, sys, tempfile, time, zipfile


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


def check_note(data, keys, signed=None):
    """The text, once the first key has signed it and no other listed key's signature is bad; fills `signed` with places."""
    text, signatures = read_note(data)
    signed = set() if signed is None else signed
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


def read_head(data, keys, signed=None):
    text = check_note(data, keys, signed)
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


def read_vkey(line):
    name, key_id, key = line.split("+", 2)
    key = unbase64(key)
    need(sha256(name.encode(), b"\n", key)[:4].hex() == key_id, "a key has another id than it says")
    return name, key


def check_witnesses(policy, whole, log_keys):
    """Checks the cosignatures of the witnesses that the package names; false when they are fewer than it asks for itself."""
    logs, witnesses, rules, quorum = [], {}, {}, None
    for words in (line.split() for line in policy.splitlines()):
        if not words or words[0].startswith("#"):
            continue
        if words[0] == "log":
            logs.append(read_vkey(words[1]))
        elif words[0] == "witness":
            witnesses[words[1]] = read_vkey(words[2])
        elif words[0] == "group":
            rules[words[1]] = words[2], words[3:]
        else:
            need(words[0] == "quorum" and quorum is None, "the policy in the package is malformed")
            quorum = words[1]
    need(logs == log_keys and quorum, "the policy in the package names other keys than the package's own")
    text, signatures = read_note(whole.encode())
    saw = {}
    for name, key in witnesses.items():
        key_id = sha256(key[0].encode(), b"\n", key[1])[:4]
        for signature in [s for n, i, s in signatures if (n, i) == (key[0], key_id)]:
            need(signature_holds(key[1], *signed_message(key[1][0], key[0], text, signature)) is not False,
                 "a cosignature does not verify")
            saw[name] = int.from_bytes(signature[:8], "big")
    for name, at in saw.items():
        print(f"witness {name} saw this state of the ledger at {utc(at)}; that this key is that witness is the package's word")

    def met(name):
        if name not in rules:
            return name in saw
        least, members = rules[name]
        least = {"all": len(members), "any": 1}.get(least) or int(least)
        return sum(met(member) for member in members) >= least

    return quorum == "none" or met(quorum)


def utc(seconds):
    return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(seconds))


def check_time_stamp(token, root, head, path, ledger):
    """Checks one token over an earlier head of the same ledger. Certificates and signature are the business of `openssl`."""
    origin, size, root_hash = head.decode().split("\n")[:3]
    need(head.decode() == f"{origin}\n{size}\n{root_hash}\n" and origin == ledger[0], "a time-stamp dates another ledger")
    lines = path.decode().split("\n")
    need(lines[0] == "tenantry/consistency@v1" and lines[-1] == "", "a consistency proof is malformed")
    need(continues(int(size), ledger[1], [unbase64(h) for h in lines[1:-1]], unbase64(root_hash), ledger[2]),
         "the ledger does not continue what a time-stamp dates")
    openssl = shutil.which("openssl")
    if not openssl:
        print(f"not checked here: a time-stamp over the first {size} records (needs the program `openssl`)")
        return
    with tempfile.TemporaryDirectory() as folder:
        names = {"token": token, "root": root, "head": head}
        for name, data in names.items():
            with open(os.path.join(folder, name), "wb") as file:
                file.write(data)
        ts = [openssl, "ts"]
        told = subprocess.run(ts + ["-reply", "-in", "token", "-token_in", "-text"], cwd=folder, capture_output=True, text=True)
        at = re.search(r"Time stamp: (\w{3} +\d+ \d\d:\d\d:\d\d)(?:\.\d+)? (\d{4}) GMT", told.stdout)
        need(at, "a time-stamp cannot be read")
        at = time.strptime(" ".join(at.groups()), "%b %d %H:%M:%S %Y")
        seconds = calendar.timegm(at)
        proven = subprocess.run(ts + ["-verify", "-data", "head", "-in", "token", "-token_in", "-CAfile", "root",
                                      "-attime", str(seconds)], cwd=folder, capture_output=True)
        need(proven.returncode == 0, "a time-stamp does not hold")
    print(f"a time-stamp authority says that the first {size} records existed at {utc(seconds)}; its root certificate is the "
          "package's own")


def check_count(record, proof, claimed, have):
    """Whether a subject has here what the index leaf counted; how many of the counted records are not here."""
    lines = proof.decode().split("\n")
    names = ("subject", "blind", "records", "head", "position")
    need(lines[0] == "reg-ledger/completeness/v1" and lines[-1] == "", "a completeness proof is malformed")
    need(all(line.startswith(name + " ") for name, line in zip(names, lines[1:6])), "a completeness proof is malformed")
    subject, blind, records, head, position = (line.split(" ")[1] for line in lines[1:6])
    need(claimed[0] == subject, "a completeness proof is about another subject")
    records, head = int(records), unbase64(head)
    about = sha256(short(b"reg-ledger/index-id/v1"), unbase64(blind), bytes.fromhex(subject))
    entry = sha256(b"\0", short(b"reg-ledger/index-entry/v1"), about, struct.pack(">Q", records), head)
    path = [unbase64(line) for line in lines[6:-1]]
    need(records > 0 and included(entry, int(position), int(record["entries"]), path) == bytes.fromhex(record["root"]),
         "the index did not count this of a subject")
    need(claimed[1] >= records, "fewer records are stated of a subject than were counted")
    need(all((number <= records) == (l["log_seq"] < int(record["covers"])) for number, l in have.items()),
         "the records of a subject contradict what was counted")
    need(records not in have or have[records]["hash"] == head, "a subject's last record is another than the one counted")
    return records - sum(number <= records for number in have)


def check_events(data, batch, fields):
    """Whether each event is in the batch, whose own record has been checked."""
    need(batch["type"] == 41, "a batch is not one")
    lines = data.decode().split("\n")
    need(lines[0] == "tenantry/events@v1" and lines[-1] == "", "a list of events is malformed")
    events = []
    for line in lines[1:-1]:
        if line.startswith("event "):
            events.append((unbase64(line[6:]), []))
        else:
            need(events, "a list of events is malformed")
            events[-1][1].append(unbase64(line))
    before = -1
    for event, path in events:
        r = Reader(event)
        need(r.text() == b"reg-ledger/event/v1" and len(event) == 92, "an event has another version")
        r.take(4)
        at = r.number(8)
        r.take(8 + 16 + 32)
        number, retention = r.number(2), r.number(1)
        need(retention > 0 and number > before, "the events of a batch are not in order, each once")
        need(included(sha256(b"\0", event), number, int(fields["events"]), path) == bytes.fromhex(fields["root"]),
             "an event is not in its batch")
        need(int(fields["first"]) <= at <= int(fields["last"]), "an event lies outside the time of its batch")
        before = number
    return len(events)


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


def check_submission(data, fingerprint):
    """The receipt of one record, which needs no package."""
    receipt = json.loads(data)
    known = {"format", "policy", "leaf", "proof", "record", "opening", "events"}
    need(receipt["format"] == "tenantry/record-receipt@v1" and receipt.keys() <= known,
         "this is not the receipt of a record, or of another version")
    keys = [read_vkey(line.split()[1]) for line in receipt["policy"].splitlines() if line.startswith("log ")]
    print_of_key = sha256(keys[0][0].encode(), b"\n", keys[0][1]).hex()
    need(keys[0][1][:1] == b"\1" and all(name == keys[0][0] for name, _ in keys), "the keys are not of one log")
    need(fingerprint in (None, print_of_key), "the key has another fingerprint: " + print_of_key)
    leaf = read_leaf(unbase64(receipt["leaf"]))
    index, path, checkpoint = read_proof(receipt["proof"])
    signed = set()
    size, root, _ = read_head(checkpoint.encode(), keys, signed)
    reasons = ["the checkpoint lacks a signature of the log"] if len(signed) < len(keys) else []
    if not check_witnesses(receipt["policy"], checkpoint, keys):
        reasons.append("fewer witnesses cosigned the checkpoint than the receipt itself demands")
    need(index == leaf["log_seq"] and included(leaf["hash"], index, size, path) == root, "the record is not in the signed ledger")
    print(f"record {index} is in the ledger {keys[0][0]} at {size}, key fingerprint {print_of_key}")
    if any(part in receipt for part in ("record", "opening", "events")):
        check_body(leaf, receipt["record"], receipt["opening"])
        count = check_events(receipt["events"].encode(), leaf, {f["name"]: f.get("text", "") for f in receipt["record"]["fields"]})
        print(f"{count} events shown are in the batch of the record")
    return reasons


def check(archive_path, fingerprint, receipt):
    with open(archive_path, "rb") as file:
        beginning = file.read(40)
    if beginning.startswith((b"age-encryption.org/", b"-----BEGIN AGE ENCRYPTED FILE-----")):
        return ["the file is encrypted; first: age --decrypt --identity KEY.txt --output package.zip FILE"]
    if beginning[:1] == b"{" and receipt is None:
        with open(archive_path, "rb") as file:
            return check_submission(file.read(), fingerprint)
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
        keys.append(read_vkey(line))
    origin, key = keys[0]
    need(key[:1] == b"\1" and len(key) == 33, "the first key is not an Ed25519 key")
    need(all(n == origin and k[0] in (1, 4, 6) for n, k in keys), "the keys are not of one log")
    print_of_key = sha256(origin.encode(), b"\n", key).hex()
    need(fingerprint in (None, print_of_key), "the key has another fingerprint: " + print_of_key)
    tag = hashlib.sha256(files["tagmanifest-sha256.txt"]).hexdigest()
    need(check_note(files["tagmanifest.note"], keys[:1]) ==
         f"tenantry/evidence-package@v1\norigin {origin}\ntagmanifest-sha256.txt sha256 {tag}\n",
         "the package signature is over another package")
    whole, signed = files["data/trust/checkpoint"].decode(), set()
    size, root, head = read_head(whole.encode(), keys, signed)
    reasons = ["the checkpoint lacks a signature of the log"] if len(signed) < len(keys) else []
    if not check_witnesses(files["data/trust/policy"].decode(), whole, keys):
        reasons.append("fewer witnesses cosigned the checkpoint than the package itself demands")
    for name in [n for n in files if re.fullmatch(r"data/trust/[^/]+\.(tsr|pem|head|consistency)", n)]:
        parts = [files[name.rpartition(".")[0] + ending] for ending in (".tsr", ".pem", ".head", ".consistency")]
        if name.endswith(".tsr"):
            check_time_stamp(*parts, (origin, size, root))

    leaves, shown, fields = {}, [], {}
    for name in files:
        match = re.fullmatch(r"data/(records|custody|erased|complete|events)/(\d{6,})\.leaf", name)
        if not match:
            need(not re.fullmatch(r"data/(records|custody|erased|events)/.*|data/complete/\d{6,}\.(json|open|tlog-proof)", name)
                 or name.rpartition(".")[0] + ".leaf" in files, name + " has no leaf")
            continue
        folder, base = match.group(1), name[:-len(".leaf")]
        leaf = read_leaf(files[name])
        need("%06d" % leaf["log_seq"] == match.group(2), name + " is named after another record")
        index, path, checkpoint = read_proof(files[base + ".tlog-proof"].decode())
        same_head(checkpoint, head, whole)
        need(index == leaf["log_seq"] and included(leaf["hash"], index, size, path) == root,
             base + " is not in the signed ledger")
        need(folder == "erased" or (base + ".json" in files) == (base + ".open" in files), base + " is only half shown")
        if folder != "erased" and base + ".json" in files:
            record = json.loads(files[base + ".json"])
            check_body(leaf, record, files[base + ".open"].decode())
            fields[index] = {f["name"]: f.get("text", "") for f in record["fields"]}
            shown.append((index, fields[index]))
        need(leaf["log_seq"] not in leaves, base + " occurs twice")
        leaves[leaf["log_seq"]] = leaf
    for base, index in [(n[:-5], int(n[12:-5])) for n in files if re.fullmatch(r"data/erased/\d+\.leaf", n)]:
        erasure = json.loads(files[base + ".json"])
        by, rule = erasure["erased_by"], erasure["rule"]
        need(by > index and rule, base + " names no later record or no rule")
        if by not in leaves:
            reasons.append(f"the record that states the erasure of {index} is missing")
            continue
        need(leaves[by]["type"] == 54, f"record {by} does not state an erasure")
        told = fields.get(by, {})
        if "basis" in told and "records" in told:
            need(index in json.loads(told["records"]) and told["basis"] == rule, f"record {by} does not say that {index} was erased")
        else:
            print(f"not checked: the rule under which record {index} was erased")
    if not any(n.startswith(("data/records/", "data/erased/")) for n in files):
        reasons.append("there is no record")
    batches = [n for n in files if re.fullmatch(r"data/events/\d+\.leaf", n)]
    for index in (int(name[12:-5]) for name in batches):
        need(index in fields, "what a batch commits to is not shown")
        check_events(files["data/events/%06d.events" % index], leaves[index], fields[index])
    if "data/request/scope.json" in files and not check_approval(files["data/request/scope.json"], shown):
        reasons.append("no record says that a second person approved the scope")

    chains = {(l["subject"], l["subject_seq"]): l for l in leaves.values() if l["subject_seq"]}
    for (subject, number), leaf in chains.items():
        before = chains.get((subject, number - 1))
        need(before is None or before["hash"] == leaf["prev"], "the records of a subject are not linked")
    index = [int(n[14:-5]) for n in files if re.fullmatch(r"data/complete/\d{6,}\.leaf", n)]
    need(len(index) < 2, "more than one index is here")
    need("data/complete/statement.json" in files or not index, "an index is here, but nothing says whose records it is for")
    if "data/complete/statement.json" in files:
        statement = json.loads(files["data/complete/statement.json"])
        need(statement["tree_size"] == size, "the completeness statement is about another checkpoint")
        proofs = {n[14:-6]: files[n] for n in files if re.fullmatch(r"data/complete/[0-9a-f]{32}\.proof", n)}
        claims = {claim["subject"]: claim["records"] for claim in statement["subjects"]}
        need(len(claims) == len(statement["subjects"]) and proofs.keys() <= claims.keys(), "the completeness statement is malformed")
        need(not index or (leaves[index[0]]["type"] == 40 and index[0] in fields), "an index is not one or not shown")
        need(index or not proofs, "what was counted is here without the record that counted")
        whole_before = len(reasons)
        for subject, records in claims.items():
            have = {n: l for (s, n), l in chains.items() if s == subject}
            need(max(have, default=0) <= records, "a subject has more records than stated")
            if set(have) != set(range(1, records + 1)):
                reasons.append("records are missing of subject " + subject)
            if index and subject in proofs:
                counted = fields[index[0]]
                need(int(counted["covers"]) <= index[0] and int(counted["entries"]) <= int(counted["covers"]), "an index is malformed")
                if check_count(counted, proofs[subject], (subject, records), have):
                    reasons.append("records that were counted are missing of subject " + subject)
            elif index and any(l["log_seq"] < int(fields[index[0]]["covers"]) for l in have.values()):
                reasons.append("what was counted of a subject is missing: " + subject)
        if index and len(reasons) == whole_before:
            print(f"nothing is missing of the stated subjects among the first {fields[index[0]]['covers']} records of the ledger, "
                  f"until {utc(leaves[index[0]]['recorded_at'] // 10**9)}: record {index[0]} counted")
        else:
            print("that a subject has no later records than stated rests on the signer's statement")
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
