"""Asks a running server one invented customer per request over keep-alive connections; prints requests a second and latencies.

    bench/http_load.py http://127.0.0.1:8080/match/default --key KEY [--connections 8] [--seconds 10] [--target 10000]

The body is yente's: one query by example. Client and server share the machine, so the figure is a lower bound. Asserts nothing.
"""

import argparse
import json
import multiprocessing
import os
import random
import socket
import time
from urllib.parse import urlsplit

GIVEN = "James Mary John Linda William Susan Joseph Sarah Charles Karen Wei Li Priya Arjun Sven Ingrid Pierre Camille".split()
FAMILY = "Smith Johnson Brown Garcia Miller Davis Wilson Moore Martin Lee Walker Young Nguyen Tanaka Sharma Rossi".split()
STARTS = "Ash Bram Cold Dun Elm Fern Gold Harrow Kings Lark Marl North Oaken Pen Quill Rook Stan Thorn".split()
ENDS = "bury combe den field ford ham ley more ridge shaw stead ton wick worth berg dorf mann stein".split()


def body(draws):
    rare = draws.choice(STARTS) + draws.choice(STARTS).lower() + draws.choice(ENDS)
    family = rare if draws.random() < 0.25 else draws.choice(FAMILY)
    born = f"{draws.randint(1940, 1999)}-{draws.randint(1, 12):02}-{draws.randint(1, 28):02}"
    properties = {"name": [f"{draws.choice(GIVEN)} {family}"], "birthDate": [born], "nationality": ["us"]}
    return json.dumps({"queries": {"q": {"schema": "Person", "properties": properties}}}).encode()


def requests(url, key, seed, count=5000):
    draws = random.Random(seed)
    path = (url.path or "/") + (f"?{url.query}" if url.query else "")
    credentials = f"Authorization: Bearer {key}\r\n" if key else ""
    for _ in range(count):
        text = body(draws)
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {url.netloc}\r\n{credentials}"
            f"Content-Type: application/json\r\nContent-Length: {len(text)}\r\n\r\n"
        )
        yield head.encode() + text


def answer(connection, waiting):
    """Reads one response; answers its status and what was read beyond it."""
    while b"\r\n\r\n" not in waiting:
        waiting += received(connection)
    head, _, rest = waiting.partition(b"\r\n\r\n")
    status, *fields = head.split(b"\r\n")
    length = next(int(f.split(b":")[1]) for f in fields if f.lower().startswith(b"content-length:"))
    while len(rest) < length:
        rest += received(connection)
    return int(status.split()[1]), rest[length:]


def received(connection):
    some = connection.recv(65536)
    if not some:
        raise ConnectionError("the server closed the connection")
    return some


def ask(address, key, seed, seconds, results):
    url = urlsplit(address)
    prepared = list(requests(url, key, seed))
    times, refused, waiting = [], 0, b""
    with socket.create_connection((url.hostname, url.port or 80)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            start = time.monotonic()
            connection.sendall(prepared[len(times) % len(prepared)])
            status, waiting = answer(connection, waiting)
            times.append(time.monotonic() - start)
            refused += status != 200
    results.put((times, refused))


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("address")
    options.add_argument("--key", default="")
    options.add_argument("--connections", type=int, default=8)
    options.add_argument("--seconds", type=float, default=10)
    options.add_argument("--target", type=int, default=10000)
    given = options.parse_args()
    results = multiprocessing.Queue()
    arguments = [(given.address, given.key, seed, given.seconds, results) for seed in range(given.connections)]
    workers = [multiprocessing.Process(target=ask, args=a) for a in arguments]
    for worker in workers:
        worker.start()
    answers = [results.get() for _ in workers]
    for worker in workers:
        worker.join()
    times = sorted(t for some, _ in answers for t in some)
    refused = sum(r for _, r in answers)
    at = lambda share: 1000 * times[int((len(times) - 1) * share)]
    load = " ".join(f"{x:.2f}" for x in os.getloadavg())
    print(
        f"{len(times) / given.seconds:.0f} requests/s on {os.cpu_count()} cores, {given.connections} connections; "
        f"p50 {at(0.5):.2f} ms, p99 {at(0.99):.2f} ms; {refused} not answered with 200; load {load}; target >= {given.target}"
    )


main()
