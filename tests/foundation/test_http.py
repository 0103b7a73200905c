"""The one way out, against real servers on this machine."""

from __future__ import annotations

import datetime
import ipaddress
import json
import socket
import ssl
import threading
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from foundation import http
from foundation.http import AddressRefused, HostNotFound, RequestFailed
from tests.web_server import Server, say


@pytest.fixture
def server(web_server: Server) -> Server:
    return web_server


@pytest.fixture(autouse=True)
def this_machine_is_trusted(settings):
    settings.ALLOW_PRIVATE_HOSTS = ["127.0.0.0/8"]


def test_an_answer_comes_back(server):
    server.answer = lambda request: say(request, 200, b'{"a": 1}', X_Kind="test")

    answer = http.get(f"{server.url}/x", params={"q": "a b"}, headers={"X-Ours": "1"}, auth=("ana", "secret"))

    assert (answer.status, answer.ok, answer.json(), answer.headers["x-kind"]) == (
        200,
        True,
        {"a": 1},
        "test",
    )
    command, path, headers, _body = server.asked[0]
    assert (command, path, headers["X-Ours"]) == ("GET", "/x?q=a+b", "1")
    assert headers["User-Agent"].startswith("Helpdesk (+http")
    assert headers["Authorization"].startswith("Basic ")


def test_a_body_is_sent(server):
    http.post(f"{server.url}/x", json={"ticket": 42})
    http.post(f"{server.url}/x", data=b"raw")

    assert json.loads(server.asked[0][3]) == {"ticket": 42}
    assert server.asked[1][3] == b"raw"


def test_a_status_is_an_answer_too(server):
    server.answer = lambda request: say(request, 404, b"<html>")

    answer = http.get(server.url)

    assert (answer.status, answer.ok, answer.text) == (404, False, "<html>")
    with pytest.raises(RequestFailed, match="expected form"):
        answer.json()


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:{port}/", "http://[::ffff:127.0.0.1]:{port}/", "http://localhost:{port}/", "http://0.0.0.0:{port}/",
     "http://2130706433:{port}/", "http://127.1:{port}/", "http://0x7f.0.0.1:{port}/", "http://a@127.0.0.1:{port}/",
     "http://example.com@127.0.0.1:{port}/", "http://127.0.0.1:{port}#@example.com/", "https://127.0.0.1:{port}/"],
)  # fmt: skip
def test_our_own_machine_is_not_asked(url, server, settings):
    settings.ALLOW_PRIVATE_HOSTS = []

    with pytest.raises(AddressRefused):
        http.get(url.format(port=server.server.server_port))

    assert server.asked == []


def test_the_address_that_was_checked_is_the_one_that_is_asked(server, settings, monkeypatch):
    """A name that answers with a public address first, and with ours the second time, gains nothing."""
    settings.ALLOW_PRIVATE_HOSTS = []
    answers = iter(["192.0.2.1", "127.0.0.1"])
    monkeypatch.setattr("foundation.addresses.is_public", lambda address: str(address) == "192.0.2.1")
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, port, *a, **k: [(socket.AF_INET, 1, 6, "", (next(answers), port))]
    )
    connected = []
    monkeypatch.setattr(
        socket, "create_connection", lambda address, **k: connected.append(address) or refuse()
    )

    with pytest.raises(RequestFailed):
        http.get("http://rebind.example.com/", retries=0)

    assert connected == [("192.0.2.1", 80)]


def refuse():
    raise ConnectionRefusedError


def test_redirects_are_not_followed(server):
    server.answer = lambda request: say(request, 302, Location="http://169.254.169.254/latest/meta-data/")

    answer = http.get(server.url)

    assert (answer.status, answer.headers["Location"]) == (302, "http://169.254.169.254/latest/meta-data/")
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://example.com/", "gopher://127.0.0.1:25/x", "//example.com/", ""]
)
def test_only_http_is_spoken(url):
    with pytest.raises(RequestFailed, match="Only http and https"):
        http.get(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://",
        "http://:80/",
        "http://exa mple.com/",
        "http://example.com:99999/",
        "http://[",
        "http://[::1",
        "http://a..b/",
        "http://\0/",
        "http://\ud800/",
        "https://*.example.com/",
    ],
)
def test_an_address_that_is_none_is_refused_in_a_sentence(url):
    with pytest.raises((RequestFailed, HostNotFound)):
        http.get(url, retries=0)


def test_a_header_cannot_be_smuggled_in(server):
    with pytest.raises(RequestFailed):
        http.get(server.url, headers={"X-A": "1\r\nX-B: 2"})

    assert server.asked == []


def test_the_environment_sends_nothing_through_a_proxy(server, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://192.0.2.1:3128")
    monkeypatch.setenv("ALL_PROXY", "http://192.0.2.1:3128")

    assert http.get(server.url).ok


# ---- When the other side misbehaves


def test_too_large_an_answer_is_not_read_to_its_end(server):
    written = []

    def flood(request):
        request.send_response(200)
        request.end_headers()
        for _n in range(1000):
            request.wfile.write(b"x" * 100_000)
            written.append(100_000)

    server.answer = flood

    with pytest.raises(RequestFailed, match="too large"):
        http.get(server.url, max_bytes=1_000_000)

    assert sum(written) < 100_000_000


def test_a_compressed_answer_counts_as_what_it_unpacks_to(server):
    import gzip

    server.answer = lambda request: say(
        request, 200, gzip.compress(b"x" * 50_000_000), Content_Encoding="gzip"
    )

    with pytest.raises(RequestFailed, match="too large"):
        http.get(server.url, max_bytes=1_000_000)


@pytest.mark.parametrize("part", ["headers", "body"])
def test_an_answer_that_drips_is_cut_off(part, server):
    stop = threading.Event()

    def drip(request):
        if part == "body":
            request.send_response(200)
            request.end_headers()
        while not stop.wait(0.02):
            request.wfile.write(b"x")
            request.wfile.flush()

    server.answer = drip

    with pytest.raises(RequestFailed):
        http.get(server.url, timeout=(5, 5), total_timeout=0.3, retries=0)
    stop.set()


def test_silence_is_a_time_out(server):
    stop = threading.Event()
    server.answer = lambda request: stop.wait(30)

    with pytest.raises(RequestFailed, match="in time"):
        http.get(server.url, timeout=(5, 0.1), retries=0)
    stop.set()


@pytest.mark.parametrize(("method", "asked"), [("GET", 3), ("PUT", 3), ("DELETE", 3), ("POST", 1)])
def test_only_what_may_be_repeated_is_tried_again(method, asked, server):
    server.answer = lambda request: say(request, 503)

    assert http.request(method, server.url).status == 503
    assert len(server.asked) == asked


def test_a_second_try_that_works_is_the_answer(server):
    server.answer = lambda request: say(request, 200 if len(server.asked) > 1 else 502)

    assert http.get(server.url).status == 200


def test_nobody_there_is_a_sentence():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

    with pytest.raises(RequestFailed, match="could not be reached"):
        http.get(f"http://127.0.0.1:{port}/", retries=0)


def test_a_connection_that_breaks_off_is_a_sentence(server):
    def hang_up(request):
        request.connection.shutdown(socket.SHUT_RDWR)

    server.answer = hang_up

    with pytest.raises(RequestFailed, match="broke off"):
        http.get(server.url, retries=0)


# ---- TLS


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for desk.example and 127.0.0.1 that nobody vouches for, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "desk.example")])
    today = datetime.datetime.now(datetime.UTC)
    names = [x509.DNSName("desk.example"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "certificate.pem"
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(private + made.public_bytes(pem))
    return path


def speak_tls(server, certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.server.socket = context.wrap_socket(server.server.socket, server_side=True)
    return f"https://127.0.0.1:{server.server.server_port}/"


def test_a_certificate_that_nobody_vouches_for_is_refused(certificate):
    server = Server()
    url = speak_tls(server, certificate)
    server.thread.start()

    with pytest.raises(RequestFailed, match="certificate"):
        http.get(url, retries=0)

    assert server.asked == []
    server.server.shutdown()
    server.server.server_close()
    server.thread.join()


def test_a_certificate_is_checked_against_the_name_not_the_address(certificate, monkeypatch, settings):
    """We connect to an address, but ask for the name, and it is the name that the certificate must be for."""
    settings.ALLOW_PRIVATE_HOSTS = ["desk.example", "other.example"]
    monkeypatch.setattr("requests.adapters.DEFAULT_CA_BUNDLE_PATH", str(certificate))
    monkeypatch.setattr("certifi.where", lambda: str(certificate))
    ask = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *a, **k: ask("127.0.0.1" if "example" in host else host, *a, **k)
    )
    server = Server()
    url = speak_tls(server, certificate)
    server.thread.start()

    assert http.get(url.replace("127.0.0.1", "desk.example")).ok
    with pytest.raises(RequestFailed, match="certificate"):
        http.get(url.replace("127.0.0.1", "other.example"), retries=0)

    server.server.shutdown()
    server.server.server_close()
    server.thread.join()


@pytest.mark.parametrize("location", ["http://[::1", "http://\xff/", "//", "http://a b/", "\t"])
def test_a_malformed_redirect_is_an_answer_like_any_other(server, location):
    server.answer = lambda request: say(request, 302, Location=location)

    assert http.get(server.url).status == 302


def test_fault44_the_body_of_a_redirect_is_not_read_without_end(server):
    server.answer = lambda request: say(request, 302, b"x" * 100_000, Location="/elsewhere")

    with pytest.raises(RequestFailed, match="too large"):
        http.get(server.url, max_bytes=1000)
