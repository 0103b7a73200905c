"""The desk's door for providers in a process of its own, to be killed at a named point."""

from __future__ import annotations

from multiprocessing.connection import Connection
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from foundation import faults
from tests.reliability import children  # (makes Django ready)

__all__ = ["children", "serve"]


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Silent(WSGIRequestHandler):
    def log_message(self, *given: object) -> None:
        pass


def serve(plan: str, port: Connection) -> None:
    """Tell the port, then answer until killed."""
    from helpdesk.wsgi import application

    faults.arm(plan)
    server = make_server("127.0.0.1", 0, application, server_class=Server, handler_class=Silent)
    port.send(server.server_port)
    server.serve_forever()
