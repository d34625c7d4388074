"""A web server that takes notices, checks their signatures as anybody would, and answers as it is told."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SECRET = "a secret of some length"


@dataclass
class Hook:
    """What has come in, and how the next request is answered: a status, or whatever `answers` does."""

    url: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    received: list[dict[str, Any]] = field(default_factory=list)
    answers: Callable[[], None] = lambda: None

    @property
    def keys(self) -> list[str]:
        return [each["key"] for each in self.received]


@contextmanager
def hook() -> Iterator[Hook]:
    """A server on a port of its own, until the block ends."""
    found = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            signed = f"{self.headers['Webhook-Id']}.{self.headers['Webhook-Timestamp']}.".encode() + body
            right = base64.b64encode(hmac.new(SECRET.encode(), signed, hashlib.sha256).digest()).decode()
            said = json.loads(body)
            assert self.headers["Webhook-Signature"] == f"v1,{right}"
            assert self.headers["Webhook-Id"] == self.headers["Idempotency-Key"] == said["key"]
            found.received.append(said)
            found.answers()
            self.send_response(found.status)
            for name, value in found.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def do_GET(self) -> None:
            found.received.append({"key": "followed"})
            self.send_response(200)
            self.end_headers()

        def log_message(self, *words: object) -> None:
            """Tests are quiet."""

    class Server(ThreadingHTTPServer):
        request_queue_size = 256  # several processes knock at once

    server = Server(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_port}/leads"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
