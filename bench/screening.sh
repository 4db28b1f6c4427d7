#!/usr/bin/env bash
# The speed of screening, all of it in one run: beside the peer, in the library, over HTTP. See README.md.
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
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$work"' EXIT
target=${CARGO_TARGET_DIR:-target}/release
cargo build --quiet --release -p tenantry-screening --example side_by_side
cargo build --quiet --release -p tenantry
cargo bench --quiet -p tenantry-screening --no-run

echo "== beside the peer, the same list and queries, one core each"
echo "$(nproc) cores; load $(cut -d' ' -f1-3 /proc/loadavg)"
"$target/examples/side_by_side" "$work" "$queries"
"$cache/bin/python" bench/screening_peer.py "$work" "$peer_version"

echo "== the library"
cargo bench --quiet -p tenantry-screening --bench speed
cargo bench --quiet -p tenantry-screening --bench pairs -- compare_analysed_names

echo "== over HTTP, one query a request"
listen=127.0.0.1:${PORT:-18479}
cat > "$work/tenantry.toml" <<END
data_folder = "data"
[provider]
name = "Bench"
[server]
listen = "$listen"
[rate_limits.general]
per_second = 1000000
burst = 1000000
END
tenantry() { "$target/tenantry" --config "$work/tenantry.toml" "$@"; }
ask() {
  # By its own name, not through the function: what is killed afterwards has to be the server.
  "$target/tenantry" --config "$work/tenantry.toml" serve 2> "$work/log" > "$work/out" &
  server=$!
  until curl --silent --fail --output "$work/ready" "http://$listen/readyz"; do sleep 0.2; kill -0 $server; done
  # Twice: what the first seconds read from the disk, the second run has in memory.
  for _ in 1 2; do
    python3 bench/http_load.py "http://$listen/match/default" --key "$key" --connections "$1" --target "$2"
  done
  kill $server
  wait $server || true
  server=
}
tenantry init --admin bench@example.org --name Bench --origin bench.example.org/ledger > "$work/out"
key=$(tenantry admin add-key --label bench --scope matching --json | sed 's/.*"api_key":"\([^"]*\)".*/\1/')
mv "$work/list.jsonl" "$work/list.json"
tenantry lists import "$work/list.json" --code ofac-sdn --published-on 2023-12-28
ask 8 10000
"$target/examples/side_by_side" "$work" padding 1000000
tenantry lists import "$work/padding.json" --code padding --published-on 2023-12-28
ask 4 4000
echo "load $(cut -d' ' -f1-3 /proc/loadavg)"
