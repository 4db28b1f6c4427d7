#!/usr/bin/env python3
"""Checks an evidence package offline. Independent of the program that made it.

usage: verify.py PACKAGE.zip [KEY-FINGERPRINT] [--receipt RECEIPT.json]
exit:  0 VALID, 1 INVALID, 2 INCOMPLETE
"""
import base64, calendar, hashlib, hmac, json, mmap, os, re, shutil, struct, subprocess, sys, tempfile, time, zlib


class Invalid(Exception):
    pass


def need(condition, reason):
    if not condition:
        raise Invalid(reason)


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def unbase64(text, size=None):
    data = base64.b64decode(text, validate=True)
    need(base64.b64encode(data).decode() == text and size in (None, len(data)), "base64 is not in its one form or length")
    return data


def unhex(text, size=32):
    need(re.fullmatch("[0-9a-f]{%d}" % (2 * size), text), "hexadecimal digits are not in their one form or length")
    return bytes.fromhex(text)


def decimal(text):
    need(re.fullmatch("0|[1-9][0-9]{0,19}", text) and int(text) < 1 << 64, "a number is not in its one form")
    return int(text)


def hashes(lines):
    need(len(lines) <= 128, "a proof is too long")
    return [unbase64(line, 32) for line in lines]


def lines_of(text):
    lines = text.split("\n")
    need(lines.pop() == "", "the last line of a text does not end")
    return lines


def short(data):
    return struct.pack(">H", len(data)) + data


def each_once(pairs):
    need(len(dict(pairs)) == len(pairs), "a JSON object names a field twice")
    return dict(pairs)


def from_json(data):
    return json.loads(data.decode(), object_pairs_hook=each_once, parse_int=decimal)


def shaped(value, must, may={}):
    """A JSON object with the fields it must have and may have, each of its type, and no other."""
    types = {**must, **may}
    need(type(value) is dict and must.keys() <= value.keys() <= types.keys()
         and all(type(part) is types[name] for name, part in value.items()), "JSON is not in its format")
    return value


PATH = re.compile(r"bag(/[A-Za-z0-9_-][A-Za-z0-9._-]*)+")
KNOWN = re.compile(
    r"bagit\.txt|bag-info\.txt|manifest-sha(256|512)\.txt|tagmanifest-sha256\.txt|tagmanifest\.note"
    r"|verify/(README\.txt|verify\.py|verify\.html)|data/(report|certificate-902-draft)\.pdf|data/request/[^/]+"
    r"|data/trust/(checkpoint|log\.vkey|policy|[^/]+\.(tsr|pem|head|consistency))"
    r"|data/(records|custody|complete|events)/[0-9]{6,}\.(leaf|json|open|tlog-proof)|data/events/[0-9]{6,}\.events"
    r"|data/erased/[0-9]{6,}\.(leaf|json|tlog-proof)|data/complete/(statement\.json|[0-9a-f]{32}\.proof)")


def read_archive(data):
    """The files in a ZIP of the one allowed form: sorted, stored, undated, and no byte before, between or after them."""
    files, directory, at, before = {}, bytearray(), 0, ""
    while data[at:at + 4] == b"PK\3\4":
        size, length = struct.unpack_from("<I4xH", data, at + 18)
        path = data[at + 30:at + 30 + length].decode()
        body = data[at + 30 + length:at + 30 + length + size]
        common = struct.pack("<5H3I2H", 20, 0, 0, 0, 0x21, zlib.crc32(body), len(body), len(body), length, 0)
        need(data[at:at + 30] == b"PK\3\4" + common, "a file header of the archive is not in the one allowed form: " + path)
        need(PATH.fullmatch(path) and length <= 200 and path > before, "bad file names in the archive")
        directory += b"PK\1\2\x14\3" + common + bytes(6) + struct.pack("<II", 0o100644 << 16, at) + path.encode()
        files[path[4:]] = body
        at, before = at + 30 + length + size, path
    count, size = len(files), len(directory)
    if count >= 0xffff:
        directory += struct.pack("<4sQHH8x4Q4s4xQI", b"PK\6\6", 44, 0x314, 45, count, count, size, at, b"PK\6\7", at + size, 1)
    directory += struct.pack("<4s4x2H2I2x", b"PK\5\6", min(count, 0xffff), min(count, 0xffff), size, at)
    need(data[at:] == directory, "the directory of the archive is not that of its files, or bytes follow it")
    return files


def check_files(files):
    """Every file belongs in a package and is listed with its hashes, and nothing else is listed."""
    for path in files:
        need(KNOWN.fullmatch(path), path + " does not belong in a package")
    need(files["bagit.txt"] == b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n", "bagit.txt is not that of BagIt 1.0")
    payload = [path for path in files if path[:5] == "data/"]
    tags = [path for path in files if path[:5] != "data/" and path not in ("tagmanifest-sha256.txt", "tagmanifest.note")]
    for name, covered in (("manifest-sha256.txt", payload), ("manifest-sha512.txt", payload), ("tagmanifest-sha256.txt", tags)):
        listed = "".join(f"{hashlib.new(name[-10:-4], files[path]).hexdigest()}  {path}\n" for path in covered)
        need(files[name] == listed.encode(), "files differ from " + name)
    size = f"Payload-Oxum: {sum(len(files[path]) for path in payload)}.{len(payload)}"
    need(size in files["bag-info.txt"].decode().split("\n"), "bag-info.txt does not state the size of the payload")


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
                subject=r.take(16), subject_seq=r.number(8), prev=r.take(32), retention=r.number(1),
                rule=r.take(32), causes=r.numbers(), commitment=r.take(32))
    need(r.at == len(data) <= 65_535, "bytes follow a leaf, or it is too long")
    need(re.fullmatch(rb"[a-z0-9._/-]{1,64}", leaf["producer"]), "a leaf has a malformed producer")
    for earlier in (leaf["approvals"], leaf["causes"]):
        need(len(earlier) <= 1_024 and earlier == sorted(set(earlier)) and max(earlier, default=-1) < leaf["log_seq"],
             "a leaf refers to others than earlier leaves, each once and in order")
    need(leaf["retention"] > 0, "a leaf has no retention class")
    need((leaf["subject"] == bytes(16)) == (leaf["subject_seq"] == 0), "a leaf has a number without a subject, or none with one")
    need((leaf["prev"] == bytes(32)) == (leaf["subject_seq"] <= 1), "a leaf names none before it, or one before the first")
    return {**leaf, "subject": leaf["subject"].hex(), "hash": sha256(b"\0", data)}


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


def is_name(text):
    return re.fullmatch(r"[^\s+\0-\x1f\x7f-\x9f]+", text) and len(text.encode()) <= 255


def read_note(data):
    body, _, tail = data.decode().rpartition("\n\n")
    need(body and len(data) <= 262_144 and not re.search(r"[\0-\x09\x0b-\x1f]", body), "a note is not in its format")
    signatures = []
    for line in lines_of(tail):
        dash, name, value = line.split(" ")
        value = unbase64(value)
        need(dash == "\u2014" and is_name(name) and len(value) > 4, "a signature line is not in its format")
        signatures.append((name, value[:4], value[4:]))
    need(len(signatures) <= 64, "a note has too many signatures")
    return body + "\n", signatures


def signed_message(kind, name, text, signature):
    """What a signature of this kind is over, and the bare signature (C2SP signed-note, tlog-cosignature)."""
    if kind == 1:
        return text.encode(), signature
    time, signature = signature[:8], signature[8:]
    origin, size, root = text.split("\n")[:3]
    size, root, seconds = decimal(size), unbase64(root, 32), int.from_bytes(time, "big")
    need(len(time) == 8 and seconds < 1 << 63, "a signature has a malformed time")
    if kind == 4:
        return b"cosignature/v1\ntime %d\n" % seconds + text.encode(), signature
    tiny = lambda name: bytes([len(name.encode())]) + name.encode()
    return b"subtree/v1\n\0" + tiny(name) + time + tiny(origin) + struct.pack(">QQ", 0, size) + root, signature


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


def signatures_by(name, key, text, signatures):
    """The signatures by this key that hold; none of them is bad."""
    key_id = sha256(name.encode(), b"\n", key)[:4]
    ours, held = [s for n, i, s in signatures if (n, i) == (name, key_id)], []
    for signature in ours:
        holds = signature_holds(key, *signed_message(key[0], name, text, signature))
        need(holds is not False, "a signature does not verify")
        if holds is None:
            print(f"not checked here: an ML-DSA-44 signature by {name} (needs a newer `cryptography`)")
        else:
            held.append(signature)
    return held


def check_note(data, keys, signed=None):
    """The text, once the first key has signed it and no other listed key's signature is bad; fills `signed` with places."""
    text, signatures = read_note(data)
    signed = set() if signed is None else signed
    signed.update(place for place, (name, key) in enumerate(keys) if signatures_by(name, key, text, signatures))
    need(0 in signed, "a note is not signed by the log")
    return text


def read_head(data, keys, signed=None):
    text = check_note(data, keys, signed)
    origin, size, root = lines_of(text)
    size = decimal(size)
    need(origin == keys[0][0] and size <= 1 << 62, "the checkpoint is of another log")
    return size, unbase64(root, 32), text


def read_proof(data):
    lines, _, checkpoint = data.partition("\n\n")
    lines = lines.split("\n")
    need(lines[0] == "c2sp.org/tlog-proof@v1" and lines[1].startswith("index "), "a proof is malformed")
    return decimal(lines[1][6:]), hashes(lines[2:]), checkpoint


def same_head(checkpoint, text, whole):
    """A proof repeats the text of the package's checkpoint with at least one of its signature lines and no other."""
    need(checkpoint.startswith(text + "\n"), "a proof is under another checkpoint")
    lines = lines_of(checkpoint[len(text) + 1:])
    need(0 < len(lines) <= 64 and set(lines) <= set(lines_of(whole[len(text) + 1:])), "a proof is under another checkpoint")


def check_body(leaf, record, opening):
    """The shown fields by name, once they are what the leaf commits to."""
    lines = lines_of(opening)
    need(lines[0] == "tenantry/opening@v1" and lines[1].startswith("r ") and len(lines) <= 1_026, "an opening is malformed")
    record = shaped(record, {"log_seq": int, "type": int, "schema": int, "fields": list})
    need((record["log_seq"], record["type"], record["schema"]) == (leaf["log_seq"], leaf["type"], leaf["schema"]),
         "shown fields belong to another record")
    kind = struct.pack(">HH", leaf["type"], leaf["schema"])
    fields = [shaped(field, {"position": int, "name": str}, {"text": str, "base64": str}) for field in record["fields"]]
    shown, digests = {}, []
    for position, line in enumerate(lines[2:]):
        word, value = line.split(" ")
        if word == "shown":
            need(fields and fields[0]["position"] == position, "shown fields and opening differ")
            field = fields.pop(0)
            name = field["name"]
            need(("text" in field) != ("base64" in field), "a field has neither or both of text and base64")
            data = field["text"].encode() if "text" in field else unbase64(field["base64"])
            need(re.fullmatch("[a-z0-9_.]{1,64}", name) and name not in shown and len(data) <= 262_144,
                 "a field is shown twice, malformed or too long")
            shown[name] = data
            digests.append(sha256(short(b"reg-ledger/field/v1"), unbase64(value, 16), kind, struct.pack(">H", position),
                                  short(name.encode()), struct.pack(">I", len(data)), data))
        else:
            need(word == "hidden", "an opening is malformed")
            digests.append(unbase64(value, 32))
    need(not fields, "shown fields and opening differ")
    message = short(b"reg-ledger/body/v1") + kind + struct.pack(">H", len(digests)) + tree_root(digests)
    need(hmac.new(unbase64(lines[1][2:], 32), message, "sha256").digest() == leaf["commitment"],
         "shown fields are not what was committed to")
    return shown


def read_vkey(line):
    name, key_id, key = line.split("+", 2)
    key = unbase64(key)
    need(is_name(name) and len(key) == {1: 33, 4: 33, 6: 1_313}.get(key[0]), "a key is malformed")
    need(sha256(name.encode(), b"\n", key)[:4].hex() == key_id, "a key has another id than it says")
    return name, key


def read_policy(text):
    """Keys of the log, keys of witnesses by name, groups by name, and who has to have signed (C2SP tlog-policy)."""
    logs, witnesses, groups, quorum, taken = [], {}, {}, None, set()
    known = lambda name: name in witnesses or name in groups
    need(not re.search(r"[\0-\x08\x0b-\x1f\x7f]", text), "the policy has control characters")
    for line in lines_of(text):
        words = [word for word in re.split("[ \t]", line) if word]
        if not words or words[0].startswith("#"):
            continue
        kind, name, *more = words
        if kind == "log" and len(more) <= 1:
            logs.append(read_vkey(name))
        elif kind == "witness" and 1 <= len(more) <= 2 and not known(name) and name != "none":
            witnesses[name] = read_vkey(more[0])
        elif kind == "group" and more and not known(name) and name != "none":
            least, *members = more
            least = int({"all": str(len(members)), "any": "1"}.get(least) or re.fullmatch("[0-9]+", least).group())
            need(1 <= least <= len(members) == len(set(members) - taken) and all(map(known, members)), "a group is malformed")
            taken.update(members)
            groups[name] = least, members
        else:
            need(kind == "quorum" and not more and quorum is None and (known(name) or name == "none"), "the policy is malformed")
            quorum = name
    for keys in ([key[1:] for _, key in logs], [key[1:] for _, key in witnesses.values()], groups):
        need(len(set(keys)) == len(keys) <= 256, "the policy names a key twice, or too many")
    need(quorum and all(key[0] != 1 for _, key in witnesses.values()), "the policy has no quorum or a key that cannot cosign")
    return logs, witnesses, groups, quorum


def check_witnesses(policy, whole, log_keys):
    """Checks the cosignatures of the witnesses that the package names; false when they are fewer than it asks for itself."""
    logs, witnesses, groups, quorum = policy
    need(logs == log_keys, "the policy in the package names other keys than the package's own")
    text, signatures = read_note(whole.encode())
    saw = {}
    for name, key in witnesses.items():
        for signature in signatures_by(*key, text, signatures):
            saw[name] = max(saw.get(name, 0), int.from_bytes(signature[:8], "big"))
    for name, at in saw.items():
        print(f"witness {name} saw this state of the ledger at {utc(at)}; that this key is that witness is the package's word")

    def met(name):
        if name not in groups:
            return name in saw
        least, members = groups[name]
        return sum(met(member) for member in members) >= least

    return quorum == "none" or met(quorum)


def utc(seconds):
    return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(seconds))


def check_time_stamp(token, root, head, path, ledger):
    """Checks one token over an earlier head of the same ledger. Certificates and signature are the business of `openssl`."""
    origin, size, root_hash = lines_of(head.decode())
    lines = lines_of(path.decode())
    need(origin == ledger[0] and lines[0] == "tenantry/consistency@v1", "a time-stamp dates another ledger or is malformed")
    need(continues(decimal(size), ledger[1], hashes(lines[1:]), unbase64(root_hash, 32), ledger[2]),
         "the ledger does not continue what a time-stamp dates")
    openssl = shutil.which("openssl")
    if not openssl:
        print(f"not checked here: a time-stamp over the first {size} records (needs the program `openssl`)")
        return
    with tempfile.TemporaryDirectory() as folder:
        for name, data in {"token": token, "root": root, "head": head}.items():
            with open(os.path.join(folder, name), "wb") as file:
                file.write(data)
        ts = [openssl, "ts"]
        told = subprocess.run(ts + ["-reply", "-in", "token", "-token_in", "-text"], cwd=folder, capture_output=True, text=True)
        at = re.search(r"Time stamp: (\w{3} +\d+ \d\d:\d\d:\d\d)(?:\.\d+)? (\d{4}) GMT", told.stdout)
        need(at, "a time-stamp cannot be read")
        seconds = calendar.timegm(time.strptime(" ".join(at.groups()), "%b %d %H:%M:%S %Y"))
        proven = subprocess.run(ts + ["-verify", "-data", "head", "-in", "token", "-token_in", "-CAfile", "root",
                                      "-attime", str(seconds)], cwd=folder, capture_output=True)
        need(proven.returncode == 0, "a time-stamp does not hold")
    print(f"a time-stamp authority says that the first {size} records existed at {utc(seconds)}; its root certificate is the "
          "package's own")


def text_of(fields, name):
    need(name in fields, f"the field {name} of a record is not shown")
    return fields[name].decode()


COUNT = re.compile(r"reg-ledger/completeness/v1\nsubject ([0-9a-f]{32})\nblind (\S+)\nrecords (\S+)\nhead (\S+)\nposition (\S+)\n"
                   r"((?:\S+\n)*)")


def check_count(index, proof, claimed, have):
    """Whether a subject has here what the index leaf counted; how many of the counted records are not here."""
    covers, entries, root = index
    match = COUNT.fullmatch(proof.decode())
    need(match, "a completeness proof is malformed")
    subject, blind, records, head, position, path = match.groups()
    need(claimed[0] == subject, "a completeness proof is about another subject")
    records, head = decimal(records), unbase64(head, 32)
    about = sha256(short(b"reg-ledger/index-id/v1"), unbase64(blind, 32), unhex(subject, 16))
    entry = sha256(b"\0", short(b"reg-ledger/index-entry/v1"), about, struct.pack(">Q", records), head)
    need(records > 0 and subject != "00" * 16 and included(entry, decimal(position), entries, hashes(lines_of(path))) == root,
         "the index did not count this of a subject")
    need(claimed[1] >= records, "fewer records are stated of a subject than were counted")
    need(all((number <= records) == (l["log_seq"] < covers) for number, l in have.items()),
         "the records of a subject contradict what was counted")
    need(records not in have or have[records]["hash"] == head, "a subject's last record is another than the one counted")
    return records - sum(number <= records for number in have)


def check_events(data, batch, fields):
    """Whether each event is in the batch, whose own record has been checked."""
    need(batch["type"] == 41, "a batch is not one")
    total, first, last = (decimal(text_of(fields, name)) for name in ("events", "first", "last"))
    root, lines, events = unhex(text_of(fields, "root")), lines_of(data), []
    need(lines[0] == "tenantry/events@v1", "a list of events is malformed")
    for line in lines[1:]:
        if line.startswith("event "):
            events.append((unbase64(line[6:], 92), []))
        else:
            need(events, "a list of events is malformed")
            events[-1][1].append(line)
    before = -1
    for event, path in events:
        r = Reader(event)
        need(r.text() == b"reg-ledger/event/v1", "an event has another version")
        r.take(4)
        at = r.number(8)
        r.take(8 + 16 + 32)
        number, retention = r.number(2), r.number(1)
        need(retention > 0 and before < number < 4_096, "the events of a batch are not in order, each once")
        need(included(sha256(b"\0", event), number, total, hashes(path)) == root, "an event is not in its batch")
        need(first <= at <= last, "an event lies outside the time of its batch")
        before = number
    return len(events)


def check_approval(scope, shown):
    """Whether a record asks for this very scope and a later one, of another person, agrees."""
    digest = hashlib.sha256(scope).hexdigest().encode()
    asked = [(i, f) for i, f in shown if digest in f.get("content", b"")
             and hashlib.sha256(f["content"]).hexdigest().encode() == f.get("content_hash")]
    return any(later > i and g.get("content_hash") == f["content_hash"] and g.get("state") == b"approved"
               and {"requested_by", "decided_by"} <= g.keys() and g["decided_by"] not in (b"", g["requested_by"])
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


def check_receipt(data, digest, keys, size, root, policy):
    receipt = shaped(from_json(data), {"format": str, "leaf": str, "record": dict, "opening": str, "proof": str, "continues": list})
    need(receipt["format"] == "tenantry/receipt@v1", "the receipt is of another version")
    leaf = read_leaf(unbase64(receipt["leaf"]))
    need(leaf["type"] == 19, "the receipt's record is not that of a package")
    index, path, checkpoint = read_proof(receipt["proof"])
    later, later_root, _ = read_head(checkpoint.encode(), keys, signed := set())
    need(index == leaf["log_seq"] and included(leaf["hash"], index, later, path) == later_root,
         "the receipt is not in the signed ledger")
    need(continues(size, later, hashes(receipt["continues"]), root, later_root),
         "the receipt's ledger does not continue that of the package")
    need(text_of(check_body(leaf, receipt["record"], receipt["opening"]), "package_sha256") == digest,
         "the receipt is of another package")
    print(f"recorded in the same ledger as record {index} when it was built")
    # Whoever forges the weaker kind of signature must not get by without the stronger one.
    lacking = {key[0] for _, key in keys} - {keys[place][1][0] for place in signed}
    fewer = [] if check_witnesses(policy, checkpoint, keys) else ["fewer witnesses cosigned the receipt's checkpoint than demanded"]
    return fewer + (["the receipt's checkpoint lacks a signature of the log"] if lacking else [])


def check_submission(data, fingerprint):
    """The receipt of one record, which needs no package."""
    receipt = shaped(from_json(data), {"format": str, "policy": str, "leaf": str, "proof": str},
                     {"record": dict, "opening": str, "events": str})
    need(receipt["format"] == "tenantry/record-receipt@v1", "this is not the receipt of a record, or of another version")
    policy = read_policy(receipt["policy"])
    keys = policy[0]
    print_of_key = sha256(keys[0][0].encode(), b"\n", keys[0][1]).hex()
    need(keys[0][1][:1] == b"\1" and all(name == keys[0][0] for name, _ in keys) and len(keys) <= 16, "the keys are not of one log")
    need(fingerprint in (None, print_of_key), "the key has another fingerprint: " + print_of_key)
    leaf = read_leaf(unbase64(receipt["leaf"]))
    index, path, checkpoint = read_proof(receipt["proof"])
    signed = set()
    size, root, _ = read_head(checkpoint.encode(), keys, signed)
    reasons = ["the checkpoint lacks a signature of the log"] if len(signed) < len(keys) else []
    if not check_witnesses(policy, checkpoint, keys):
        reasons.append("fewer witnesses cosigned the checkpoint than the receipt itself demands")
    need(index == leaf["log_seq"] and included(leaf["hash"], index, size, path) == root, "the record is not in the signed ledger")
    print(f"record {index} is in the ledger {keys[0][0]} at {size}, key fingerprint {print_of_key}")
    if any(part in receipt for part in ("record", "opening", "events")):
        shown = check_body(leaf, receipt["record"], receipt["opening"])
        print(f"{check_events(receipt['events'], leaf, shown)} events shown are in the batch of the record")
    return reasons


def check_records(files, ledger, head, whole):
    """Every record is in the signed ledger and shows what was committed to: leaves by place, and their shown fields."""
    leaves, fields = {}, {}
    for name in files:
        match = re.fullmatch(r"data/(records|custody|erased|complete|events)/([0-9]{6,})\.(leaf|json|open|tlog-proof|events)", name)
        if not match:
            continue
        folder, base = match.group(1), name[:-len(match.group(3)) - 1]
        if match.group(3) != "leaf":
            need(base + ".leaf" in files, name + " has no leaf")
            continue
        leaf = read_leaf(files[name])
        need("%06d" % leaf["log_seq"] == match.group(2), name + " is named after another record")
        index, path, checkpoint = read_proof(files[base + ".tlog-proof"].decode())
        same_head(checkpoint, head, whole)
        need(index == leaf["log_seq"] and included(leaf["hash"], index, ledger[1], path) == ledger[2],
             base + " is not in the signed ledger")
        need(index not in leaves, base + " occurs twice")
        leaves[index] = leaf
        if folder != "erased" and (base + ".json" in files or base + ".open" in files):
            fields[index] = check_body(leaf, from_json(files[base + ".json"]), files[base + ".open"].decode())
    return leaves, fields


def check_erasures(files, leaves, fields):
    """Every erased record names the record that states its erasure, which is here and says so."""
    for base, index in [(n[:-5], int(n[12:-5])) for n in files if re.fullmatch(r"data/erased/[0-9]+\.leaf", n)]:
        erasure = shaped(from_json(files[base + ".json"]), {"erased_by": int, "rule": str})
        by, rule = erasure["erased_by"], erasure["rule"]
        need(by > index and rule, base + " names no later record or no rule")
        if by not in leaves:
            yield f"the record that states the erasure of {index} is missing"
            continue
        need(leaves[by]["type"] == 54, f"record {by} does not state an erasure")
        told = fields.get(by, {})
        if "basis" in told and "records" in told:
            places = from_json(told["records"])
            need(type(places) is list and all(type(place) is int for place in places) and index in places
                 and told["basis"] == rule.encode(), f"record {by} does not say that {index} was erased")
        else:
            if "data/erased/%06d.leaf" % by not in files:
                yield f"the record that states the erasure of {index} is here without its content"
            print(f"not checked: the rule under which record {index} was erased")


def check_complete(files, leaves, fields, size):
    """The stated subjects have all their records here, as stated and as the index leaf counted them."""
    chains, reasons = {}, []
    for leaf in (leaf for _, leaf in sorted(leaves.items()) if leaf["subject_seq"]):
        chain, number = chains.setdefault(leaf["subject"], {}), leaf["subject_seq"]
        need(number not in chain, "two records of a subject have the same number")
        need(number + 1 not in chain, "a record of a subject comes before the one it follows")
        need(number - 1 not in chain or chain[number - 1]["hash"] == leaf["prev"], "the records of a subject are not linked")
        chain[number] = leaf
    place = [int(n[14:-5]) for n in files if re.fullmatch(r"data/complete/[0-9]{6,}\.leaf", n)]
    need(len(place) < 2, "more than one index is here")
    index = None
    if place:
        leaf, shown = leaves[place[0]], fields.get(place[0], {})
        index = decimal(text_of(shown, "covers")), decimal(text_of(shown, "entries")), unhex(text_of(shown, "root"))
        need(leaf["type"] == 40 and index[1] <= index[0] <= place[0], "an index is not one or malformed")
    if "data/complete/statement.json" not in files:
        need(not any(n.startswith("data/complete/") for n in files), "an index is here, but nothing says whose records it is for")
        return reasons
    statement = shaped(from_json(files["data/complete/statement.json"]), {"tree_size": int, "subjects": list})
    subjects = [shaped(claim, {"subject": str, "records": int}) for claim in statement["subjects"]]
    claims = {claim["subject"]: claim["records"] for claim in subjects}
    proofs = {n[14:-6]: files[n] for n in files if re.fullmatch(r"data/complete/[0-9a-f]{32}\.proof", n)}
    need(statement["tree_size"] == size, "the completeness statement is about another checkpoint")
    need(0 < len(claims) == len(subjects) <= 100_000, "the completeness statement is about nobody or about somebody twice")
    need(proofs.keys() <= claims.keys() and (index or not proofs), "what was counted is here of a subject that is not stated")
    for subject, records in claims.items():
        have = chains.get(subject, {})
        need(max(have, default=0) <= records, "a subject has more records than stated")
        if len(have) != records:
            reasons.append("records are missing of subject " + subject)
        if index and subject in proofs:
            if check_count(index, proofs[subject], (subject, records), have):
                reasons.append("records that were counted are missing of subject " + subject)
        elif index and any(leaf["log_seq"] < index[0] for leaf in have.values()):
            reasons.append("what was counted of a subject is missing: " + subject)
        elif index and not records:
            reasons.append("nothing here proves that there are no records of subject " + subject)
    if index and not reasons:
        print(f"nothing is missing of the stated subjects among the first {index[0]} records of the ledger, "
              f"until {utc(leaves[place[0]]['recorded_at'] // 10**9)}: record {place[0]} counted")
    else:
        print("that a subject has no later records than stated rests on the signer's statement")
    return reasons


def check_package(archive, fingerprint, receipt):
    files = read_archive(archive)
    check_files(files)
    keys = [read_vkey(line) for line in lines_of(files["data/trust/log.vkey"].decode())]
    origin, key = keys[0]
    need(key[0] == 1, "the first key is not an Ed25519 key")
    need(all(name == origin for name, _ in keys) and len(keys) <= 16, "the keys are not of one log")
    print_of_key = sha256(origin.encode(), b"\n", key).hex()
    need(fingerprint in (None, print_of_key), "the key has another fingerprint: " + print_of_key)
    tag = hashlib.sha256(files["tagmanifest-sha256.txt"]).hexdigest()
    need(check_note(files["tagmanifest.note"], keys) ==
         f"tenantry/evidence-package@v1\norigin {origin}\ntagmanifest-sha256.txt sha256 {tag}\n",
         "the package signature is over another package")
    whole, signed = files["data/trust/checkpoint"].decode(), set()
    size, root, head = read_head(whole.encode(), keys, signed)
    reasons = ["the checkpoint lacks a signature of the log"] if len(signed) < len(keys) else []
    policy = read_policy(files["data/trust/policy"].decode())
    if not check_witnesses(policy, whole, keys):
        reasons.append("fewer witnesses cosigned the checkpoint than the package itself demands")
    for name in [n for n in files if re.fullmatch(r"data/trust/[^/]+\.(tsr|pem|head|consistency)", n)]:
        parts = [files[name.rpartition(".")[0] + ending] for ending in (".tsr", ".pem", ".head", ".consistency")]
        if name.endswith(".tsr"):
            check_time_stamp(*parts, (origin, size, root))

    leaves, fields = check_records(files, (origin, size, root), head, whole)
    reasons += check_erasures(files, leaves, fields)
    if not any(n.startswith(("data/records/", "data/erased/")) for n in files):
        reasons.append("there is no record")
    for index in (int(n[12:-5]) for n in files if re.fullmatch(r"data/events/[0-9]+\.leaf", n)):
        check_events(files["data/events/%06d.events" % index].decode(), leaves[index], fields.get(index, {}))
    if "data/request/scope.json" in files and not check_approval(files["data/request/scope.json"], fields.items()):
        reasons.append("no record says that a second person approved the scope")
    reasons += check_complete(files, leaves, fields, size)
    print(f"{len(leaves)} records, ledger {origin} at {size}, key fingerprint {print_of_key}")
    if fingerprint is None:
        print("the key was taken from the package itself: compare the fingerprint with one from elsewhere")
    if receipt is None:
        print("not checked: that the ledger recorded this package when it was built (no receipt given)")
    else:
        with open(receipt, "rb") as told:
            reasons += check_receipt(told.read(), hashlib.sha256(archive).hexdigest(), keys, size, root, policy)
    return reasons


def check(path, fingerprint, receipt):
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        if data[:40].startswith((b"age-encryption.org/", b"-----BEGIN AGE ENCRYPTED FILE-----")):
            return ["the file is encrypted; first: age --decrypt --identity KEY.txt --output package.zip FILE"]
        if data[:1] == b"{" and receipt is None:
            return check_submission(data[:], fingerprint)
        return check_package(data, fingerprint, receipt)


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
