"""The published client of yente against a running demo: every call it has for what is served here, and its own checks of the
answers. Arguments: address and API key."""

import asyncio
import sys

from yente_client import (
    AsyncClient,
    AuthenticationError,
    BadRequestError,
    Client,
    Company,
    NotFoundError,
    Person,
)

address, key = sys.argv[1:3]


def check(holds: bool, what: str) -> None:
    if not holds:
        sys.exit(f"yente-client: {what}")
    print(f"   ok  {what}")


with Client(base_url=address, api_key=key, app_name="tenantry-xtask") as client:
    check(client.healthz().status == "ok", "health is read")
    check(client.readyz().status == "ok", "readiness is read")

    catalog = client.datasets()
    lists = [dataset for dataset in catalog.datasets if not dataset.children]
    check(bool(lists) and all(dataset.load and dataset.index_current for dataset in lists), "the catalog is read")
    code = next(dataset.name for dataset in lists if dataset.name == "ofac-sdn")
    algorithms = client.algorithms()
    check(algorithms.best in [algorithm.name for algorithm in algorithms.algorithms], "the algorithms are read")

    # A listed name from a search, so that nothing about the list is assumed.
    searched = client.search("", datasets=[code], schema="Person", limit=5)
    check(searched.total.value > 1000 and len(searched.results) == 5, "a list is paged through")
    listed = next(e for e in searched.results if e.properties.get("birthDate"))
    again = client.fetch(listed.id)
    check(again.caption == listed.caption and again.schema_ == "Person", "an entity is read")

    person = Person(id="c-17", name=listed.caption, birthDate=listed.properties["birthDate"][:1])
    matched = client.match(person, datasets=[code], algorithm="best", threshold=0.7, limit=5)
    check(matched.top is not None and matched.top.id == listed.id and matched.top.match, "a listed person is matched")
    explained = matched.top.contributing_explanations
    check({"name", "birth_date"} <= set(explained), "the match is explained")
    check(explained["name"].query is not None and explained["name"].candidate is not None, "with both names")
    check(matched.query["properties"]["name"] == [listed.caption], "the query comes back")

    excluded = client.match(person, datasets=[code], exclude_entities=[listed.id])
    check(all(result.id != listed.id for result in excluded.results), "a dismissed entity is left out")
    nobody = client.match(Company(name="Quastenflosser Zitronenfalter Zweigstelle GmbH"))
    check(nobody.top is None and nobody.total.value == 0, "a stranger is not matched")
    ofac = client.match(person, algorithm="ofac", threshold=0.95)
    check(ofac.top is not None and ofac.top.score == 1.0, "the agency's own score is given")

    people = [(str(number), person) for number in range(20)]
    answers = dict(client.match_iter(people, workers=4, datasets=[code]))
    check(len(answers) == 20 and all(a.top.id == listed.id for a in answers.values()), "many are matched at once")

    for wrong, call in {
        NotFoundError: lambda: client.fetch("no-such-entity"),
        BadRequestError: lambda: client.match(person, algorithm="logic-v2"),
    }.items():
        try:
            call()
            check(False, f"{wrong.__name__} is raised")
        except wrong as error:
            check(bool(error.detail), f"{wrong.__name__} says: {error.detail}")

with Client(base_url=address, api_key="tnt_wrong") as stranger:
    try:
        stranger.datasets()
        check(False, "a stranger is turned away")
    except AuthenticationError as error:
        check(bool(error.detail), f"a stranger is turned away: {error.detail}")


async def concurrently() -> None:
    async with AsyncClient(base_url=address, api_key=key) as client:
        answers = await asyncio.gather(*(client.match(person, datasets=[code]) for _ in range(10)))
        check(all(answer.top.id == listed.id for answer in answers), "the asynchronous client is answered")


asyncio.run(concurrently())
