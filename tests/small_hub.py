"""A hub on this machine: answers over HTTP what the client of the real one asks, from folders on disk."""

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@contextmanager
def small_hub(repositories: dict[str, Path], gated: set[str], card: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """Serves repositories by id; the address, and every path that was asked for."""
    asked: list[str] = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.answer(body=True)

        def do_HEAD(self) -> None:
            self.answer(body=False)

        def answer(self, *, body: bool) -> None:
            asked.append(f"{self.command} {self.path}")
            path = self.path.split("?")[0].removeprefix("/")
            name = "/".join(path.removeprefix("api/models/").split("/")[:2])
            if name not in repositories:
                return self.send(404, b"{}", {"X-Error-Code": "RepoNotFound"}, body=body)
            if name in gated:
                return self.send(403, b"{}", {"X-Error-Code": "GatedRepo"}, body=body)
            folder = repositories[name]
            if path.startswith("api/models/"):
                return self.send(200, json.dumps(self.about(name, folder)).encode(), {}, body=body)
            file = folder / path.removeprefix(f"{name}/resolve/").partition("/")[2]
            if not file.is_file():
                return self.send(404, b"", {"X-Error-Code": "EntryNotFound"}, body=body)
            content = file.read_bytes()
            tag = hashlib.sha256(content).hexdigest()
            return self.send(200, content, {"ETag": f'"{tag}"', "X-Repo-Commit": COMMIT}, body=body)

        def about(self, name: str, folder: Path) -> dict[str, Any]:
            files = sorted(path for path in folder.rglob("*") if path.is_file())
            listed = [{"rfilename": f.relative_to(folder).as_posix(), "size": f.stat().st_size} for f in files]
            return {
                "id": name,
                "modelId": name,
                "sha": COMMIT,
                "cardData": card,
                "siblings": listed,
                "gated": name in gated,
            }

        def send(self, status: int, content: bytes, headers: dict[str, str], *, body: bool) -> None:
            self.send_response(status)
            for key, value in {"Content-Length": str(len(content)), **headers}.items():
                self.send_header(key, value)
            self.end_headers()
            if body:
                self.wfile.write(content)

        def log_message(self, *told: Any) -> None:
            """Nobody reads a log of it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()
