"""Times nomenklatura's logic-v2 on what `side_by_side` wrote, and prints both figures and their ratio."""

import json
import sys
import time
import unicodedata
from collections import Counter, defaultdict
from pathlib import Path

from followthemoney import EntityProxy
from nomenklatura.matching import get_algorithm
from nomenklatura.matching.types import ScoringConfig

CANDIDATES = 50
THRESHOLD = 0.7


def tokens(names):
    for name in names:
        folded = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
        yield from "".join(c if c.isalnum() else " " for c in folded).split()


def read(path):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def fresh(data):
    return EntityProxy.from_dict({"id": data["id"], "schema": data["schema"], "properties": data["properties"]})


def group(schema):
    return schema if schema in ("Person", "Vessel", "Airplane") else "Organization"


def main(folder, version):
    listed = read(folder / "list.jsonl")
    table = defaultdict(set)
    for number, entity in enumerate(listed):
        names = entity["properties"].get("name", []) + entity["properties"].get("alias", [])
        for token in tokens(names):
            table[(group(entity["schema"]), token[:4])].add(number)
    algorithm = get_algorithm("logic-v2")
    config = ScoringConfig.defaults()
    for label in ("customers", "near"):
        queries = read(folder / f"{label}.jsonl")
        for number, query in enumerate(queries):
            # The peer remembers names by identifier: two queries of one identifier would be one query.
            query["id"] = f"{label}-{number}"
        ours = json.loads((folder / f"{label}.json").read_text())
        work = []
        for query in queries:
            found = Counter()
            for token in set(tokens(query["properties"]["name"])):
                for number in table[(group(query["schema"]), token[:4])]:
                    found[number] += 1
            work.append((query, [number for number, _ in found.most_common(CANDIDATES)]))

        def ask(query, candidates):
            entity = fresh(query)
            scores = [algorithm.compare(entity, fresh(listed[n]), config).score for n in candidates]
            return max(scores, default=0.0)

        for query, candidates in work:
            ask(query, candidates)
        start = time.process_time()
        hits = sum(ask(query, candidates) >= THRESHOLD for query, candidates in work)
        seconds = time.process_time() - start
        peer = len(work) / seconds
        print(
            f"{label:10} ours {ours['per_second']:9.0f} queries/s ({ours['hits']} with hits)   "
            f"nomenklatura {version} logic-v2 {peer:7.1f} queries/s ({hits} with hits)   ratio {ours['per_second'] / peer:6.0f}"
        )


main(Path(sys.argv[1]), sys.argv[2])
