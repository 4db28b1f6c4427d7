"""Scores pairs of parties with nomenklatura's logic-v2, for comparison with ours.

Reads one JSON line per party and per pair from the file named first, writes one score per pair to the file named
second. Parties are FollowTheMoney entities; a pair names two of them by their numbers.
"""

import json
import sys
import time
from importlib.metadata import version

from followthemoney import EntityProxy
from nomenklatura.matching import LogicV2
from nomenklatura.matching.types import ScoringConfig


def main() -> None:
    asked, told = sys.argv[1:3]
    config = ScoringConfig.defaults()
    parties = []
    started = time.process_time()
    pairs = 0
    with open(asked, encoding="utf-8") as lines, open(told, "w", encoding="utf-8") as out:
        for line in lines:
            row = json.loads(line)
            if "schema" in row:
                parties.append(EntityProxy.from_dict(row, cleaned=True))
                continue
            query, candidate = parties[row["query"]], parties[row["candidate"]]
            score = LogicV2.compare(query, candidate, config).score
            out.write(json.dumps({"set": row["set"], "score": score}) + "\n")
            pairs += 1
    seconds = time.process_time() - started
    print(
        f"   nomenklatura {version('nomenklatura')}, rigour {version('rigour')}: "
        f"{pairs} pairs in {seconds:.0f} s of processor time"
    )


main()
