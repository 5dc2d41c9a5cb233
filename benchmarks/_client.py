"""A light load generator for machines without wrk: raw sockets on asyncio, in a process of its own.

Arguments: base URL, file with [method, path, [[token, body], ...]], seconds, clients. Prints one line RESULT {json}.
"""

import asyncio
import itertools
import json
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit


def requests(host: str, todo: Path) -> list[bytes]:
    """Return every request ready to be sent."""
    method, path, asked = json.loads(todo.read_text(encoding="utf-8"))
    made = []
    for token, body in asked:
        content = body.encode()
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        )
        made.append(head.encode() + content)
    return made


async def answer(reader: asyncio.StreamReader) -> int:
    """Read one answer; return its status."""
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    length = next(int(line.partition(":")[2]) for line in lines if line.lower().startswith("content-length:"))
    await reader.readexactly(length)
    return int(lines[0].split()[1])


async def client(
    host: str, port: int, turn: Iterator[bytes], until: float, taken: list[float], failed: list[int]
) -> None:
    """Ask one thing after the other until the time is over; a lost connection is counted and opened again."""
    reader, writer = await asyncio.open_connection(host, port)
    while (begun := time.perf_counter()) < until:
        try:
            writer.write(next(turn))
            status = await answer(reader)
        except (OSError, asyncio.IncompleteReadError):
            failed.append(0)
            reader, writer = await asyncio.open_connection(host, port)
            continue
        taken.append((time.perf_counter() - begun) * 1000)
        if status > 399:
            failed.append(status)
    writer.close()


async def main() -> None:
    """Drive and print what was measured."""
    base, todo, seconds, clients = sys.argv[1:]
    where = urlsplit(base)
    host, port = where.hostname or "127.0.0.1", where.port or 80
    turn = itertools.cycle(requests(host, Path(todo)))
    taken: list[float] = []
    failed: list[int] = []
    begun = time.perf_counter()
    until = begun + float(seconds)
    await asyncio.gather(*(client(host, port, turn, until, taken, failed) for _ in range(int(clients))))
    result = {
        "done": len(taken),
        "errors": len(failed),
        "seconds": time.perf_counter() - begun,
        "p50": statistics.median(taken),
        "p95": statistics.quantiles(taken, n=20)[-1],
    }
    print("RESULT", json.dumps(result))


if __name__ == "__main__":
    asyncio.run(main())
