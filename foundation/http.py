"""The one way out: HTTP requests to addresses that somebody typed or a provider sent.

Every connection goes through foundation.addresses. Redirects are not followed: the answer says 302 and
where to, and whoever wants to go there asks again. Proxies and .netrc of the environment are not used, since a
proxy would resolve names on its own. Answers are capped in size, and a whole request in time.
"""

from __future__ import annotations

import json as jsonlib
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager, Retry
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError
from urllib3.exceptions import TimeoutError as WaitedTooLong

from foundation import addresses
from foundation.addresses import AddressRefused, HostNotFound, check_address
from foundation.errors import HelpdeskError

__all__ = [
    "AddressRefused",
    "HostNotFound",
    "RequestFailed",
    "Response",
    "check_address",
    "get",
    "post",
    "request",
]

CONNECT_TIMEOUT, READ_TIMEOUT = 5.0, 15.0  # seconds, for each step
TOTAL_TIMEOUT = 30.0  # seconds, for the whole request with its retries
MAX_BYTES = 5 * 2**20
CHUNK = 64 * 1024
IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
RETRIED = frozenset({502, 503, 504})
TOO_LATE = _("The server did not answer in time.")
NO_ADDRESS = _("This is not an address that can be asked.")


class RequestFailed(HelpdeskError):
    """No usable answer came. The sentence says why, and nothing of what the other side said."""


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    headers: Mapping[str, str]  # names in any case
    body: bytes = field(repr=False)

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """The body as JSON. Raises RequestFailed if it is not."""
        try:
            return jsonlib.loads(self.body)
        except ValueError:
            raise RequestFailed(_("The answer was not in the expected form.")) from None


def get(url: str, **options: Any) -> Response:
    return request("GET", url, **options)


def post(url: str, **options: Any) -> Response:
    return request("POST", url, **options)


def request(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    params: Mapping[str, str] | None = None,
    json: Any = None,
    data: bytes | Mapping[str, str] | None = None,
    auth: tuple[str, str] | None = None,
    timeout: tuple[float, float] = (CONNECT_TIMEOUT, READ_TIMEOUT),
    total_timeout: float = TOTAL_TIMEOUT,
    max_bytes: int = MAX_BYTES,
    retries: int = 2,
) -> Response:
    """Ask, and return the answer whatever its status is.

    `timeout` is for connecting and for each wait for data, `total_timeout` for everything (seconds). An answer of more
    than `max_bytes` is not read. Idempotent methods are tried again after a broken connection or 502, 503, 504; others
    only if no connection came about. Raises AddressRefused, HostNotFound or RequestFailed.
    """
    _check_scheme(url)
    given = {
        "User-Agent": f"Helpdesk (+{settings.SITE_URL})",
        "Accept-Encoding": "identity",
        **(headers or {}),
    }
    with _OneStep() as session, _deadline(total_timeout) as sockets:
        session.trust_env = False
        for scheme in ("http://", "https://"):
            session.mount(scheme, _GuardedAdapter(sockets, _retry(retries)))
        try:
            with session.request(
                method,
                url,
                headers=given,
                params=params,
                json=json,
                data=data,
                auth=auth,
                timeout=timeout,
                allow_redirects=False,
                stream=True,
            ) as answer:  # one that is too large is left with its line open
                body = _body(answer, max_bytes)
        except requests.RequestException as error:
            raise RequestFailed(TOO_LATE if sockets.is_cut else _reason(error)) from error
        if sockets.is_cut:  # an answer without a length looks complete when it is cut
            raise RequestFailed(TOO_LATE)
        return Response(answer.status_code, CaseInsensitiveDict(answer.headers), body)


class _OneStep(requests.Session):
    """Looks at no redirect at all: requests would read the whole body of one, and stumble over a malformed one."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        return None


def _check_scheme(url: str) -> None:
    try:
        scheme = urlsplit(url).scheme
    except ValueError:
        raise RequestFailed(NO_ADDRESS) from None
    if scheme not in ("http", "https"):
        raise RequestFailed(_("Only http and https addresses can be used."))


def _retry(retries: int) -> Retry:
    return Retry(
        total=retries,
        redirect=0,
        allowed_methods=IDEMPOTENT,
        status_forcelist=RETRIED,
        backoff_factor=0.2,
        backoff_jitter=0.2,
        raise_on_status=False,
        raise_on_redirect=False,
        respect_retry_after_header=False,  # the caller's schedule decides, not the other side's
    )


def _body(answer: requests.Response, max_bytes: int) -> bytes:
    body = bytearray()
    for chunk in answer.iter_content(CHUNK):
        body += chunk
        if len(body) > max_bytes:
            raise RequestFailed(_("The answer is too large."))
    return bytes(body)


def _reason(error: requests.RequestException) -> str | Promise:
    if isinstance(error, requests.exceptions.SSLError):
        return _("The server's certificate could not be verified.")
    cause = getattr(error.args[0], "reason", None) if error.args else None
    waited = isinstance(cause, WaitedTooLong) and not isinstance(cause, NewConnectionError)
    if waited or isinstance(error, requests.Timeout):
        return TOO_LATE
    if isinstance(error, ValueError):  # requests.InvalidURL, InvalidHeader and their like
        return NO_ADDRESS
    return _("The server could not be reached, or broke off.")


# ---- Connections


class _Sockets:
    """The connections of one request, so that a deadline can cut them whatever they are waiting for."""

    def __init__(self) -> None:
        self._twins: list[socket.socket] = []
        self._lock = threading.Lock()
        self.is_cut = False

    def connect(self, host: str, port: int, timeout: Any) -> socket.socket:
        connection = addresses.connect(host, port, timeout=timeout)
        # A twin of the descriptor: TLS takes the first one over, but what is cut is the connection itself.
        with self._lock:
            self._twins.append(connection.dup())
        if self.is_cut:
            self.cut()
        return connection

    def cut(self) -> None:
        with self._lock:
            self.is_cut = True
            for twin in self._twins:
                try:
                    twin.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue  # the other side was faster

    def close(self) -> None:
        with self._lock:
            for twin in self._twins:
                twin.close()
            self._twins.clear()


@contextmanager
def _deadline(seconds: float) -> Iterator[_Sockets]:
    sockets = _Sockets()
    timer = threading.Timer(seconds, sockets.cut)
    timer.daemon = True
    timer.start()
    try:
        yield sockets
    finally:
        timer.cancel()
        sockets.close()


class _Guarded:
    """Mixed into urllib3's connections: the step that opens the socket."""

    sockets: _Sockets
    host: str
    port: int
    timeout: Any

    def _new_conn(self) -> socket.socket:
        try:
            return self.sockets.connect(self.host, self.port, self.timeout)
        except TimeoutError as error:
            raise ConnectTimeoutError(self, "no answer in time") from error
        except OSError as error:
            raise NewConnectionError(self, "no connection") from error  # type: ignore[arg-type]


class _GuardedAdapter(HTTPAdapter):
    def __init__(self, sockets: _Sockets, retry: Retry) -> None:
        self._sockets = sockets
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=retry)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        plain = type("GuardedConnection", (_Guarded, HTTPConnection), {"sockets": self._sockets})
        secure = type("GuardedTLSConnection", (_Guarded, HTTPSConnection), {"sockets": self._sockets})
        manager: PoolManager = self.poolmanager
        manager.pool_classes_by_scheme = {
            "http": type("GuardedPool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
            "https": type("GuardedTLSPool", (HTTPSConnectionPool,), {"ConnectionCls": secure}),
        }
