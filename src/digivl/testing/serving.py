"""Serves a WSGI application on loopback, for as long as a block runs."""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import contextmanager
from threading import Thread
from typing import TYPE_CHECKING, Any, Final

from werkzeug.serving import WSGIRequestHandler, make_server

if TYPE_CHECKING:
    from socket import socket
    from wsgiref.types import WSGIApplication

_HOST: Final = "127.0.0.1"


class _Quiet(WSGIRequestHandler):
    """Writes no line for each request."""

    def log(self, type: str, message: str, *args: Any) -> None:
        """Nothing."""


@contextmanager
def serving(
    app: WSGIApplication, port: int = 0, *, on: socket | None = None
) -> Generator[str, None, None]:
    """Serve `app` in threads; gives the base URL, without a slash at the end.

    Args:
        app: Any WSGI application that can be called by many threads.
        port: 0 takes a free one.
        on: A socket that listens already, where the port has to be known before.
    """
    fd = None if on is None else on.fileno()
    server = make_server(_HOST, port, app, threaded=True, request_handler=_Quiet, fd=fd)
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://{_HOST}:{server.socket.getsockname()[1]}"
    finally:
        # Who ends without closing the office: the thread is gone, and answers no more.
        if not sys.is_finalizing():
            server.shutdown()
            thread.join()
        server.server_close()
