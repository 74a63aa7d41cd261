"""Ways to an OpenSearch server: a gateway as clusters have it (TLS, and nobody in without the right credential), and
a plain one that comes up when a test wants it to.
"""

from __future__ import annotations

import http.client
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from urllib.parse import urlsplit

import trustme


class Gateway:
    """Passes requests with the header ``authorization: allowed`` on to ``server``. A context manager."""

    def __init__(self, server: str, allowed: str, folder: Path) -> None:
        authority = trustme.CA()
        self.ca_file = folder / "ca.pem"
        authority.cert_pem.write_to_path(str(self.ca_file))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1").configure_cert(context)
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(urlsplit(server).netloc, allowed))
        self._http.socket = context.wrap_socket(self._http.socket, server_side=True)
        self._http.handle_error = lambda *_: None  # type: ignore[method-assign]  # clients that do not trust it leave
        self.url = f"https://127.0.0.1:{self._http.server_address[1]}"
        self._thread = threading.Thread(target=self._http.serve_forever, daemon=True)

    def __enter__(self) -> Gateway:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.shutdown()
        self._http.server_close()


@contextmanager
def plain_way(server: str, port: int) -> Iterator[None]:
    """Requests to ``port`` of loopback reach ``server`` as long as the block runs."""
    http = ThreadingHTTPServer(("127.0.0.1", port), _handler(urlsplit(server).netloc, None))
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        http.shutdown()
        http.server_close()


def _handler(server: str, allowed: str | None) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            if allowed is not None and self.headers["authorization"] != allowed:
                self._answer(401, "text/plain", b"Unauthorized")
                return
            connection = http.client.HTTPConnection(server)
            names = ("content-type", "content-encoding")
            headers = {name: self.headers[name] for name in names if name in self.headers}
            connection.request(self.command, self.path, body, headers)
            response = connection.getresponse()
            self._answer(response.status, response.getheader("content-type") or "", response.read())
            connection.close()

        do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = pass_on

        def _answer(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Requests are not what a test prints."""

    return Handler
