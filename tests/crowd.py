"""Two hundred clients in a process of their own, so that a test of the server measures the server.

`python crowd.py HOST PORT SECONDS` reads a request as JSON (headers, body in hex) and prints how often each status was answered.
"""

import json
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from typing import Any

CLIENTS = 200


def ask_until(last: float, host: str, port: int, asked: dict[str, Any]) -> Counter[int]:
    """What one client was answered, who asks again and again, and waits a second where the queue is full."""
    seen: Counter[int] = Counter()
    line, body = HTTPConnection(host, port, timeout=60), bytes.fromhex(asked["body"])
    while time.monotonic() < last:
        line.request("POST", "/v1/videos", body, asked["headers"])
        answer = line.getresponse()
        answer.read()
        seen[answer.status] += 1
        if answer.status == 429:
            assert int(answer.headers["retry-after"]) >= 1
            time.sleep(1)
    line.close()
    return seen


def main() -> None:
    """Ask, all at once, for so many seconds."""
    host, port, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    asked, last = json.load(sys.stdin), time.monotonic() + seconds
    with ThreadPoolExecutor(CLIENTS) as pool:
        clients = [pool.submit(ask_until, last, host, port, asked) for _ in range(CLIENTS)]
        print(json.dumps(sum((client.result() for client in clients), Counter())))


if __name__ == "__main__":
    main()
