#!/usr/bin/env bash
# Tenantry and the peer on the same list and queries, one core each, one after the other. See README.md.
set -eu
cd "$(dirname "$0")/.."
peer_version=4.17.4
cache=${XDG_CACHE_HOME:-$HOME/.cache}/tenantry-bench/nomenklatura-$peer_version
queries=${1:-400}
if [ ! -x "$cache/bin/python" ]; then
  python3 -m venv "$cache"
  "$cache/bin/pip" install --quiet "nomenklatura==$peer_version"
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cargo build --quiet --release -p tenantry-screening --example side_by_side
echo "$(nproc) cores; load $(cut -d' ' -f1-3 /proc/loadavg)"
"${CARGO_TARGET_DIR:-target}/release/examples/side_by_side" "$work" "$queries"
"$cache/bin/python" bench/screening_peer.py "$work" "$peer_version"
echo "load $(cut -d' ' -f1-3 /proc/loadavg)"
