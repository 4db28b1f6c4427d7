"""Reads a ledger with a C2SP client that is not ours (the package aics-tlog) and checks all of it.

Usage: foreign_client.py ADDRESS API_KEY

The checkpoint's Ed25519 signature, every tile and every entry are verified by that package. What is written here only fetches
them: entries ask for a key, and with a key the tiles may be read as fast as they come.
"""

import sys
import time
import urllib.error
import urllib.request

from aics_tlog import TileVerificationError, audit_tiles, parse_note, parse_vkey, verify_checkpoint
from aics_tlog.tiles import entry_bundle_path, tile_path

address, api_key = sys.argv[1:]


def fetch(path, key=None):
    request = urllib.request.Request(f"{address}/ledger/{path}")
    if key:
        request.add_header("Authorization", f"Bearer {key}")
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.read(), response.headers
    except urllib.error.HTTPError as error:
        if error.code == 404:
            return None, error.headers
        raise


class Reader:
    def read_tile(self, level, index, width):
        return fetch(tile_path(level, index, width), api_key)[0]

    def read_entry_bundle(self, index, width):
        return fetch(entry_bundle_path(index, width), api_key)[0]


log_key = parse_vkey(fetch("key")[0].decode().strip())
for _ in range(100):
    note, headers = fetch("checkpoint")
    if note:
        break
    time.sleep(0.2)  # the first checkpoint comes within a second
assert headers["content-type"] == "text/plain; charset=utf-8", headers["content-type"]
result = verify_checkpoint(parse_note(note), log_key, expected_origin=log_key.name)
assert result.ok and result.log_ok and result.size > 0, result

report = audit_tiles(Reader(), result.size, result.root)
assert report.size == result.size and report.bundles == (result.size + 255) // 256, report

# The other way round: a root that is not the ledger's must not pass.
try:
    audit_tiles(Reader(), result.size, bytes(32), entries=False)
except TileVerificationError:
    pass
else:
    raise AssertionError("a wrong root passed: this check checks nothing")

# Hashes ask for no key, may be kept for ever, and carry the media type of the specification.
tile, headers = fetch("tile/0/000" if result.size >= 256 else f"tile/0/000.p/{result.size}")
assert headers["content-type"] == "application/octet-stream" and "immutable" in headers["cache-control"], headers
print(f"{result.origin}: {report.size} entries, {report.tiles} tiles and {report.bundles} bundles verified by aics-tlog")
