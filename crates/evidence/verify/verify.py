#!/usr/bin/env python3
"""Checks an evidence package offline. Independent of the program that made it, and short enough to be read.

usage: verify.py PACKAGE.zip [KEY-FINGERPRINT] [--receipt RECEIPT.json]
exit:  0 VALID, 1 INVALID, 2 INCOMPLETE
"""
import base64, calendar, hashlib, hmac, json, mmap, os, re, shutil, struct, subprocess, sys, tempfile, time, zlib

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except ImportError:
    print("INCOMPLETE: nothing was checked: signatures need the Python package `cryptography`")
    sys.exit(2)

missing = []  # what keeps a package from being complete, in words

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

def unhex(text):
    need(re.fullmatch("[0-9a-f]{64}", text), "a hash in hexadecimal digits is not in its one form")
    return bytes.fromhex(text)

def decimal(text):
    need(re.fullmatch("0|[1-9][0-9]{0,19}", text) and int(text) < 1 << 64, "a number is not in its one form")
    return int(text)

def lines_of(text):
    lines = text.split("\n")
    need(lines.pop() == "", "the last line of a text does not end")
    return lines

def hashes(lines):
    need(len(lines) <= 128, "a proof is too long")
    return [unbase64(line, 32) for line in lines]

def short(data):
    return struct.pack(">H", len(data)) + data

def utc(seconds):
    return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(seconds))

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

# --- The archive and its lists of files (RFC 8493) ---

PATH = re.compile(r"bag(/[A-Za-z0-9_-][A-Za-z0-9._-]*)+")
KNOWN = re.compile(
    r"bagit\.txt|bag-info\.txt|manifest-sha(256|512)\.txt|tagmanifest-sha256\.txt|tagmanifest\.note"
    r"|verify/(README\.txt|verify\.py|verify\.html|verifier-source\.tar\.gz|BUILD\.txt)"
    r"|data/(report|certificate-902-draft)\.pdf|data/request/[^/]+"
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

# --- Records and the tree they are in (RFC 6962) ---

def read_leaf(data):
    at = 0

    def take(form):
        nonlocal at
        at += struct.calcsize(">" + form)
        return struct.unpack_from(">" + form, data, at - struct.calcsize(">" + form))

    text = lambda: take("%ds" % take("H"))[0]
    earlier = lambda: list(take("%dQ" % take("H")))
    need(text() == b"reg-ledger/leaf/v1", "a leaf has another version")
    place, kind, schema, recorded_at, _ = take("QHHQQ")
    need(re.fullmatch(rb"[a-z0-9._/-]{1,64}", text()), "a leaf has a malformed producer")
    take("16s")
    approvals = earlier()
    subject, number, prev, retention, _ = take("16sQ32sB32s")
    causes, (commitment,) = earlier(), take("32s")
    need(at == len(data) <= 65_535, "bytes follow a leaf, or it is too long")
    for places in (approvals, causes):
        ordered = places == sorted(set(places)) and len(places) <= 1_024
        need(ordered and max(places, default=-1) < place, "a leaf refers to others than earlier leaves, each once and in order")
    need(retention > 0, "a leaf has no retention class")
    need((subject == bytes(16)) == (number == 0), "a leaf has a number without a subject, or none with one")
    need((prev == bytes(32)) == (number <= 1), "a leaf names none before it, or one before the first")
    return dict(place=place, type=kind, schema=schema, recorded_at=recorded_at, subject=subject.hex(), number=number,
                prev=prev, commitment=commitment, hash=sha256(b"\0", data))

def half_of(size):
    return 1 << ((size - 1).bit_length() - 1)

def tree_root(leaves):
    if len(leaves) < 2:
        return sha256(b"\0", leaves[0]) if leaves else sha256()
    half = half_of(len(leaves))
    return sha256(b"\1", tree_root(leaves[:half]), tree_root(leaves[half:]))

def included(node, index, size, path):
    """The root that an inclusion proof leads to (2.1.1)."""
    need(index < size and (path == []) == (size == 1), "a proof has the wrong length, or its place lies outside the tree")
    if size == 1:
        return node
    half, *rest, sibling = half_of(size), *path
    if index < half:
        return sha256(b"\1", included(node, index, half, rest), sibling)
    return sha256(b"\1", sibling, included(node, index - half, size - half, rest))

def extended(old, new, path, known):
    """The roots of the first `old` and of all `new` leaves that a consistency proof leads to (2.1.2); `known` is the first."""
    if old == new:
        need(len(path) == (known is None), "a proof that the ledger continued has the wrong length")
        return (known or path[0],) * 2
    need(0 < old < new and path, "a proof that the ledger continued has the wrong length")
    half, *rest, sibling = half_of(new), *path
    if old <= half:
        first, second = extended(old, half, rest, known)
        return first, sha256(b"\1", second, sibling)
    return tuple(sha256(b"\1", sibling, root) for root in extended(old - half, new - half, rest, None))

def check_body(leaf, record, opening):
    """The shown fields by name, once they are what the leaf commits to."""
    lines = lines_of(opening)
    need(lines[0] == "tenantry/opening@v1" and lines[1].startswith("r ") and len(lines) <= 1_026, "an opening is malformed")
    record = shaped(record, {"log_seq": int, "type": int, "schema": int, "fields": list})
    about = record["log_seq"], record["type"], record["schema"]
    need(about == (leaf["place"], leaf["type"], leaf["schema"]), "shown fields belong to another record")
    kind = struct.pack(">HH", leaf["type"], leaf["schema"])
    fields = [shaped(field, {"position": int, "name": str}, {"text": str, "base64": str}) for field in record["fields"]]
    shown, digests = {}, []
    for position, line in enumerate(lines[2:]):
        word, value = line.split(" ")
        if word == "hidden":
            digests.append(unbase64(value, 32))
            continue
        need(word == "shown" and fields and fields[0]["position"] == position, "shown fields and opening differ")
        field = fields.pop(0)
        name = field["name"]
        need(("text" in field) != ("base64" in field), "a field has neither or both of text and base64")
        data = field["text"].encode() if "text" in field else unbase64(field["base64"])
        named = re.fullmatch("[a-z0-9_.]{1,64}", name) and name not in shown
        need(named and len(data) <= 262_144, "a field is shown twice, malformed or too long")
        shown[name] = data
        digests.append(sha256(short(b"reg-ledger/field/v1"), unbase64(value, 16), kind, struct.pack(">H", position),
                              short(name.encode()), struct.pack(">I", len(data)), data))
    need(not fields, "shown fields and opening differ")
    message = short(b"reg-ledger/body/v1") + kind + struct.pack(">H", len(digests)) + tree_root(digests)
    commitment = hmac.new(unbase64(lines[1][2:], 32), message, "sha256").digest()
    need(commitment == leaf["commitment"], "shown fields are not what was committed to")
    return shown

def text_of(fields, name):
    need(name in fields, f"the field {name} of a record is not shown")
    return fields[name].decode()

def read_proof(text):
    lines, _, checkpoint = text.partition("\n\n")
    lines = lines.split("\n")
    need(lines[0] == "c2sp.org/tlog-proof@v1" and lines[1].startswith("index "), "a proof is malformed")
    return decimal(lines[1][6:]), hashes(lines[2:]), checkpoint

# --- Keys, signatures, checkpoints and witnesses (C2SP signed-note, tlog-checkpoint, tlog-cosignature, tlog-policy) ---

def is_name(text):
    return re.fullmatch(r"[^\s+\0-\x1f\x7f-\x9f]+", text) and len(text.encode()) <= 255

def read_vkey(line):
    name, key_id, key = line.split("+", 2)
    key = unbase64(key)
    need(is_name(name) and len(key) == {1: 33, 4: 33, 6: 1_313}.get(key[0]), "a key is malformed")
    need(fingerprint_of(name, key)[:8] == key_id, "a key has another id than it says")
    return name, key

def fingerprint_of(name, key):
    return sha256(name.encode(), b"\n", key).hex()

def read_note(note):
    """The text of a signed note, and its signatures as name, id of the key and bytes."""
    body, _, tail = note.rpartition("\n\n")
    need(body and len(note.encode()) <= 262_144 and not re.search(r"[\0-\x09\x0b-\x1f]", body), "a note is not in its format")
    signatures = []
    for line in lines_of(tail):
        dash, name, value = line.split(" ")
        value = unbase64(value)
        need(dash == "\u2014" and is_name(name) and len(value) > 4, "a signature line is not in its format")
        signatures.append((name, value[:4].hex(), value[4:]))
    need(len(signatures) <= 64, "a note has too many signatures")
    return body + "\n", signatures

def verifies(name, key, text, signature):
    """Whether a signature over a text verifies; None when this computer cannot tell. Kinds 4 and 6 begin with a time."""
    message = text.encode()
    if key[0] != 1:
        stamp, signature = signature[:8], signature[8:]
        origin, size, root = text.split("\n")[:3]
        size, root, seconds = decimal(size), unbase64(root, 32), int.from_bytes(stamp, "big")
        need(len(stamp) == 8 and seconds < 1 << 63, "a signature has a malformed time")
        tiny = lambda name: bytes([len(name.encode())]) + name.encode()
        message = (b"cosignature/v1\ntime %d\n" % seconds + message if key[0] == 4 else
                   b"subtree/v1\n\0" + tiny(name) + stamp + tiny(origin) + struct.pack(">QQ", 0, size) + root)
    try:
        if key[0] == 6:
            from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey
        kind = MLDSA44PublicKey if key[0] == 6 else Ed25519PublicKey
        kind.from_public_bytes(key[1:]).verify(signature, message)
        return True
    except InvalidSignature:
        return False
    except Exception:  # an older `cryptography` knows no ML-DSA
        need(key[0] == 6, "a key is malformed")
        print(f"not checked here: an ML-DSA-44 signature by {name} (needs a newer `cryptography`)")

def signatures_by(name, key, text, signatures):
    """The signatures by this key that hold; none of them is bad."""
    held = []
    for signature in (s for n, i, s in signatures if (n, i) == (name, fingerprint_of(name, key)[:8])):
        holds = verifies(name, key, text, signature)
        need(holds is not False, "a signature does not verify")
        held += [signature] if holds else []
    return held

def check_note(note, keys):
    """The text and the keys that signed it. The first one has to, and no listed one's signature may be bad."""
    text, signatures = read_note(note)
    signed = [key for key in keys if signatures_by(*key, text, signatures)]
    need(keys[0] in signed, "a note is not signed by the log")
    return text, signed

def read_head(note, keys):
    """The checkpoint of the log of these keys: size, root, text, and which keys signed it."""
    text, signed = check_note(note, keys)
    origin, size, root = lines_of(text)
    need(origin == keys[0][0] and decimal(size) <= 1 << 62, "the checkpoint is of another log")
    return decimal(size), unbase64(root, 32), text, signed

def read_keys(lines, fingerprint):
    """The keys of one log. The first one is shown to people, who compare it with what they know."""
    keys = [read_vkey(line) for line in lines]
    (origin, first), found = keys[0], fingerprint_of(*keys[0])
    need(first[0] == 1 and all(name == origin for name, _ in keys) and len(keys) <= 16, "the keys are not of one log")
    need(fingerprint in (None, found), "the key has another fingerprint: " + found)
    print(f"ledger {origin}, key fingerprint {found}")
    if fingerprint is None:
        print("the key was taken from the file itself: compare the fingerprint with one from elsewhere")
    return keys

def check_policy(text, note, keys, what="the checkpoint"):
    """The policy beside a checkpoint names its keys, and of the witnesses that it names enough have cosigned it."""
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
    for named in ([key[1:] for _, key in logs], [key[1:] for _, key in witnesses.values()], groups):
        need(len(set(named)) == len(named) <= 256, "the policy names a key twice, or too many")
    need(quorum and all(key[0] != 1 for _, key in witnesses.values()), "the policy has no quorum or a key that cannot cosign")
    need(logs == keys, "the policy names other keys than the package or receipt")
    met, signed = set(), read_note(note)
    for name, key in witnesses.items():
        for at in sorted(int.from_bytes(s[:8], "big") for s in signatures_by(*key, *signed))[-1:]:
            met.add(name)
            print(f"witness {name} saw this state of the ledger at {utc(at)}; that this key is that witness is the file's word")
    for name, (least, members) in groups.items():  # a group comes after its members
        if len(met & set(members)) >= least:
            met.add(name)
    if quorum != "none" and quorum not in met:
        missing.append(f"fewer witnesses cosigned {what} than the package or receipt itself demands")

def check_time_stamp(token, root, head, path, ledger):
    """Checks one token over an earlier head of the same ledger. Certificates and signature are the business of `openssl`."""
    origin, size, root_hash = lines_of(head.decode())
    lines, roots = lines_of(path.decode()), (unbase64(root_hash, 32), ledger[2])
    need(origin == ledger[0] and lines[0] == "tenantry/consistency@v1", "a time-stamp dates another ledger or is malformed")
    need(extended(decimal(size), ledger[1], hashes(lines[1:]), roots[0]) == roots, "the ledger does not continue what is dated")
    openssl = shutil.which("openssl")
    if not openssl:
        print(f"not checked here: a time-stamp over the first {size} records (needs the program `openssl`)")
        return
    with tempfile.TemporaryDirectory() as folder:
        for name, data in {"token": token, "root": root, "head": head}.items():
            with open(os.path.join(folder, name), "wb") as file:
                file.write(data)
        ts = lambda *words: subprocess.run([openssl, "ts", *words, "-in", "token", "-token_in"], cwd=folder, capture_output=True)
        at = re.search(rb"Time stamp: (\w{3} +\d+ \d\d:\d\d:\d\d)(?:\.\d+)? (\d{4}) GMT", ts("-reply", "-text").stdout)
        need(at, "a time-stamp cannot be read")
        seconds = calendar.timegm(time.strptime(b" ".join(at.groups()).decode(), "%b %d %H:%M:%S %Y"))
        proven = ts("-verify", "-data", "head", "-CAfile", "root", "-attime", str(seconds))
        need(proven.returncode == 0, "a time-stamp does not hold")
    print(f"a time-stamp authority says that the first {size} records existed at {utc(seconds)}; its root certificate is the "
          "package's own")

# --- What a package says ---

def check_records(files, ledger, note):
    """Every record is in the signed ledger and shows what was committed to: leaves by place, and their shown fields."""
    leaves, fields, text = {}, {}, ledger[3]
    signatures = set(lines_of(note[len(text) + 1:]))
    for name in files:
        match = re.fullmatch(r"(data/(\w+)/([0-9]{6,}))\.(leaf|json|open|tlog-proof|events)", name)
        if not match:
            continue
        base, folder, digits, ending = match.groups()
        if ending != "leaf":
            need(base + ".leaf" in files, name + " has no leaf")
            continue
        leaf = read_leaf(files[name])
        need("%06d" % leaf["place"] == digits, name + " is named after another record")
        index, path, checkpoint = read_proof(files[base + ".tlog-proof"].decode())
        lines = lines_of(checkpoint[len(text) + 1:])
        need(checkpoint.startswith(text + "\n") and 0 < len(lines) <= 64 and set(lines) <= signatures,
             "a proof is under another checkpoint")
        need(index == leaf["place"] and included(leaf["hash"], index, ledger[1], path) == ledger[2],
             base + " is not in the signed ledger")
        need(index not in leaves, base + " occurs twice")
        leaves[index] = leaf
        if folder != "erased" and (base + ".json" in files or base + ".open" in files):
            fields[index] = check_body(leaf, from_json(files[base + ".json"]), files[base + ".open"].decode())
    return leaves, fields

def places_in(files, folder):
    return [int(name[len(folder) + 6:-5]) for name in files if re.fullmatch(rf"data/{folder}/[0-9]+\.leaf", name)]

def check_erasures(files, leaves, fields):
    """Every erased record names the record that states its erasure, which is here and says so."""
    for index in places_in(files, "erased"):
        erasure = shaped(from_json(files["data/erased/%06d.json" % index]), {"erased_by": int, "rule": str})
        by, rule = erasure["erased_by"], erasure["rule"]
        need(by > index and rule, f"the erasure of {index} names no later record or no rule")
        if by not in leaves:
            missing.append(f"the record that states the erasure of {index} is missing")
            continue
        need(leaves[by]["type"] == 54, f"record {by} does not state an erasure")
        told = fields.get(by, {})
        if "basis" in told and "records" in told:
            places = from_json(told["records"])
            need(type(places) is list and all(type(place) is int for place in places) and index in places
                 and told["basis"] == rule.encode(), f"record {by} does not say that {index} was erased")
        elif "data/erased/%06d.leaf" % by in files:
            print(f"not checked: the rule under which record {index} was erased: what states it was erased itself")
        else:
            missing.append(f"the record that states the erasure of {index} is here without its content")

def check_events(data, batch, fields):
    """Each event is in the batch, whose own record has been checked."""
    need(batch["type"] == 41, "a batch is not one")
    total, first, last = (decimal(text_of(fields, name)) for name in ("events", "first", "last"))
    root = unhex(text_of(fields, "root"))
    head, *events = data.split("event ")
    need(head == "tenantry/events@v1\n", "a list of events is malformed")
    before = -1
    for lines in map(lines_of, events):
        event = unbase64(lines[0], 92)
        label, at, number, retention = struct.unpack(">21s4xQ8x16x32xHB", event)
        need(label == short(b"reg-ledger/event/v1"), "an event has another version")
        need(retention > 0 and before < number < 4_096, "the events of a batch are not in order, each once")
        need(included(sha256(b"\0", event), number, total, hashes(lines[1:])) == root, "an event is not in its batch")
        need(first <= at <= last, "an event lies outside the time of its batch")
        before = number
    return len(events)

def check_request(files, leaves, fields):
    """Somebody else agreed to the very scope, and what was received is what the record of the order states."""
    scope, shown = files.get("data/request/scope.json"), fields.items()
    if scope is not None:
        digest = hashlib.sha256(scope).hexdigest().encode()
        asked = [(i, f["content_hash"]) for i, f in shown if leaves[i]["type"] == 12 and digest in f.get("content", b"")
                 and hashlib.sha256(f["content"]).hexdigest().encode() == f.get("content_hash")]
        if not any(later > i and leaves[later]["type"] == 13 and g.get("content_hash") == content
                   and g.get("state") == b"approved" and {"requested_by", "decided_by"} <= g.keys()
                   and text_of(g, "decided_by") not in ("", text_of(g, "requested_by"))
                   for i, content in asked for later, g in shown):
            missing.append("no record says that a second person approved the scope")
    orders = places_in(files, "request")
    documents = [name for name in files if name.startswith("data/request/legal-process.")]
    need(len(orders) < 2 and len(documents) < 2, "more than one legal process is here")
    if not orders:
        if documents:
            missing.append(f"no record says that {documents[0]} was received")
        if b'"order":"' in (scope or b""):
            missing.append("the scope rests on an order, and no record of its receipt is here")
        return
    need(leaves[orders[0]]["type"] == 17 and orders[0] in fields, "a record does not show that an order was received")
    order = fields[orders[0]]
    need(scope is None or order.get("order") and f'"order":"{text_of(order, "order")}"'.encode() in scope,
         "the scope rests on another order")
    if documents:
        found = files[documents[0]]
        stated = order.get("document_sha256"), order.get("document_bytes")
        need(stated == (sha256(found).hex().encode(), b"%d" % len(found)), documents[0] + " is not what the record states")
    elif order.get("document") == b"kept":
        missing.append("the document that was received and kept is not here")
    else:
        print("not checked: the legal process, which was not kept; its SHA-256:", order.get("document_sha256", b"none").decode())

COUNT = re.compile(r"reg-ledger/completeness/v1\nsubject ([0-9a-f]{32})\nblind (\S+)\nrecords (\S+)\nhead (\S+)\nposition (\S+)\n"
                   r"((?:\S+\n)*)")

def check_count(index, proof, claimed, have):
    """A subject has here what the index leaf counted."""
    covers, entries, root = index
    match = COUNT.fullmatch(proof.decode())
    need(match, "a completeness proof is malformed")
    subject, blind, records, head, position, path = match.groups()
    need(claimed[0] == subject, "a completeness proof is about another subject")
    records, head = decimal(records), unbase64(head, 32)
    about = sha256(short(b"reg-ledger/index-id/v1"), unbase64(blind, 32), bytes.fromhex(subject))
    entry = sha256(b"\0", short(b"reg-ledger/index-entry/v1"), about, struct.pack(">Q", records), head)
    need(records > 0 and subject != "00" * 16
         and included(entry, decimal(position), entries, hashes(lines_of(path))) == root, "the index did not count this")
    need(claimed[1] >= records, "fewer records are stated of a subject than were counted")
    need(all((number <= records) == (l["place"] < covers) for number, l in have.items()),
         "the records of a subject contradict what was counted")
    need(records not in have or have[records]["hash"] == head, "a subject's last record is another than the one counted")
    if sum(number <= records for number in have) < records:
        missing.append("records that were counted are missing of subject " + subject)

def check_complete(files, leaves, fields, size):
    """The stated subjects have all their records here, as stated and as the index leaf counted them."""
    chains, before = {}, len(missing)
    for leaf in (leaf for _, leaf in sorted(leaves.items()) if leaf["number"]):
        chain, number = chains.setdefault(leaf["subject"], {}), leaf["number"]
        need(number not in chain, "two records of a subject have the same number")
        need(number + 1 not in chain, "a record of a subject comes before the one it follows")
        need(number - 1 not in chain or chain[number - 1]["hash"] == leaf["prev"], "the records of a subject are not linked")
        chain[number] = leaf
    places, index = places_in(files, "complete"), None
    need(len(places) < 2, "more than one index is here")
    for place in places:
        shown = fields.get(place, {})
        index = decimal(text_of(shown, "covers")), decimal(text_of(shown, "entries")), unhex(text_of(shown, "root"))
        need(leaves[place]["type"] == 40 and index[1] <= index[0] <= place, "an index is not one or malformed")
    if "data/complete/statement.json" not in files:
        need(not any(n.startswith("data/complete/") for n in files), "an index is here, but nothing says whose records it is for")
        print("not checked: completeness; the package does not claim to hold all records of anybody")
        return
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
            missing.append("records are missing of subject " + subject)
        if index and subject in proofs:
            check_count(index, proofs[subject], (subject, records), have)
        elif index and any(leaf["place"] < index[0] for leaf in have.values()):
            missing.append("what was counted of a subject is missing: " + subject)
        elif index and not records:
            missing.append("nothing here proves that there are no records of subject " + subject)
    if index and len(missing) == before:
        print(f"nothing is missing of the stated subjects among the first {index[0]} records of the ledger, "
              f"until {utc(leaves[places[0]]['recorded_at'] // 10**9)}: record {places[0]} counted")
    print("that a subject has no later records than stated rests on the signer's statement")

def check_package(archive, fingerprint, receipt):
    files = read_archive(archive)
    check_files(files)
    keys = read_keys(lines_of(files["data/trust/log.vkey"].decode()), fingerprint)
    tag = hashlib.sha256(files["tagmanifest-sha256.txt"]).hexdigest()
    need(check_note(files["tagmanifest.note"].decode(), keys)[0] ==
         f"tenantry/evidence-package@v1\norigin {keys[0][0]}\ntagmanifest-sha256.txt sha256 {tag}\n",
         "the package signature is over another package")
    note = files["data/trust/checkpoint"].decode()
    size, root, text, signed = read_head(note, keys)
    if signed != keys:
        missing.append("the checkpoint lacks a signature of the log")
    check_policy(files["data/trust/policy"].decode(), note, keys)
    ledger = (keys[0][0], size, root, text)
    for name in [n for n in files if re.fullmatch(r"data/trust/[^/]+\.(tsr|pem|head|consistency)", n)]:
        parts = [files[name.rpartition(".")[0] + ending] for ending in (".tsr", ".pem", ".head", ".consistency")]
        if name.endswith(".tsr"):
            check_time_stamp(*parts, ledger)
    leaves, fields = check_records(files, ledger, note)
    print(f"{len(leaves)} records are in the ledger at {size}")
    check_erasures(files, leaves, fields)
    if not places_in(files, "records") + places_in(files, "erased"):
        missing.append("there is no record")
    for index in places_in(files, "events"):
        check_events(files["data/events/%06d.events" % index].decode(), leaves[index], fields.get(index, {}))
    check_complete(files, leaves, fields, size)
    check_request(files, leaves, fields)
    print("not checked: that all events reported in batches are here; the index counts records")
    if receipt is None:
        print("not checked: that the ledger recorded this package when it was built (no receipt given)")
    else:
        check_receipt(receipt, hashlib.sha256(archive).hexdigest(), keys, size, root, files["data/trust/policy"].decode())

# --- Receipts ---

def proven(leaf, proof, keys):
    """The leaf in a receipt, once it is in the signed ledger; the size and root of that, and which keys signed it."""
    leaf = read_leaf(unbase64(leaf))
    index, path, checkpoint = read_proof(proof)
    size, root, _, signed = read_head(checkpoint, keys)
    need(index == leaf["place"] and included(leaf["hash"], index, size, path) == root, "a record is not in the signed ledger")
    return leaf, checkpoint, size, root, signed

def check_receipt(data, digest, keys, size, root, policy):
    """The same ledger, continued, recorded this very package."""
    receipt = shaped(from_json(data), {"format": str, "leaf": str, "record": dict, "opening": str, "proof": str, "continues": list})
    need(receipt["format"] == "tenantry/receipt@v1", "the receipt is of another version")
    leaf, checkpoint, later, later_root, signed = proven(receipt["leaf"], receipt["proof"], keys)
    need(leaf["type"] == 19, "the receipt's record is not that of a package")
    need(extended(size, later, hashes(receipt["continues"]), root) == (root, later_root),
         "the receipt's ledger does not continue that of the package")
    need(text_of(check_body(leaf, receipt["record"], receipt["opening"]), "package_sha256") == digest,
         "the receipt is of another package")
    print(f"recorded in the same ledger as record {leaf['place']} when it was built")
    check_policy(policy, checkpoint, keys, "the receipt's checkpoint")
    # Whoever forges the weaker kind of signature must not get by without the stronger one.
    if {key[0] for _, key in keys} != {key[0] for _, key in signed}:
        missing.append("the receipt's checkpoint lacks a signature of the log")

def check_submission(data, fingerprint):
    """The receipt of one record, which needs no package."""
    receipt = shaped(from_json(data), {"format": str, "policy": str, "leaf": str, "proof": str},
                     {"record": dict, "opening": str, "events": str})
    need(receipt["format"] == "tenantry/record-receipt@v1", "this is not the receipt of a record, or of another version")
    keys = read_keys([line.split()[1] for line in receipt["policy"].split("\n") if line.startswith("log ")], fingerprint)
    leaf, note, size, _, signed = proven(receipt["leaf"], receipt["proof"], keys)
    if signed != keys:
        missing.append("the checkpoint lacks a signature of the log")
    check_policy(receipt["policy"], note, keys)
    print(f"record {leaf['place']} is in the ledger at {size}")
    if any(part in receipt for part in ("record", "opening", "events")):
        shown = check_body(leaf, receipt["record"], receipt["opening"])
        print(f"{check_events(receipt['events'], leaf, shown)} events shown are in the batch of the record")

def check(path, fingerprint=None, receipt=None):
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        if data[:40].startswith((b"age-encryption.org/", b"-----BEGIN AGE ENCRYPTED FILE-----")):
            missing.append("the file is encrypted; first: age --decrypt --identity KEY.txt --output package.zip FILE")
        elif data[:1] == b"{" and receipt is None:
            check_submission(data[:], fingerprint)
        else:
            check_package(data, fingerprint, receipt)

def main():
    words, receipt = sys.argv[1:], None
    if "--receipt" in words[:-1]:
        at = words.index("--receipt")
        with open(words[at + 1], "rb") as file:
            receipt = file.read()
        del words[at:at + 2]
    if len(words) not in (1, 2):
        sys.exit(__doc__)
    missing.clear()
    try:
        check(*words, receipt=receipt)
    except Invalid as reason:
        print("INVALID:", reason)
        return 1
    except Exception as error:  # anything unreadable is not a package
        print("INVALID: not readable as a package:", type(error).__name__)
        return 1
    print("INCOMPLETE: " + "; ".join(missing) if missing else "VALID")
    return 2 if missing else 0

if __name__ == "__main__":
    sys.exit(main())
