"""A gateway for text messages on a real socket, for the tests of this room and of the rooms above."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from bothways.people.tests.reach import SECRET, TOKEN


class Carrier:
    """A gateway for text messages: what it was given, and the status that it answers with."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        self.status = 202
        self.wait = 0.0

    @property
    def words(self) -> str:
        """The newest message."""
        return self.got[-1]["text"]

    @property
    def code(self) -> str:
        """The newest code."""
        return re.findall(r"\d{6}", self.words)[-1]


def _handler(carrier: Carrier) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            time.sleep(carrier.wait)
            if self.headers["Authorization"] != f"Bearer {TOKEN}":
                self.send_response(401)
            else:
                carrier.got.append(json.loads(body))
                self.send_response(carrier.status)
            if carrier.status == 302:
                self.send_header("Location", "http://127.0.0.1:9/elsewhere")
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            pass

    return Handler


@contextmanager
def served(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """A server on this machine, over a real socket; its origin."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def carrier(settings):
    """A gateway."""
    one = Carrier()
    with served(_handler(one)) as origin:
        settings.SMS_URL = f"{origin}/messages"
        settings.SMS_TOKEN, settings.SMS_SECRET, settings.SMS_NUMBER = TOKEN, SECRET, "+49300000"
        yield one
