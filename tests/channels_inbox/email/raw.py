"""Raw mails for tests, put together from what a test cares about."""

from __future__ import annotations

HEADER = {
    "From": "Jane Doe <jane@customer.test>",
    "To": "support@desk.test",
    "Subject": "The printer is on fire",
    "Date": "Tue, 3 Mar 2026 10:12:11 +0100",
    "Message-ID": "<first@customer.test>",
    "MIME-Version": "1.0",
}


def mail(body: str | bytes = "Please help.", /, **headers: str) -> bytes:
    """A mail with ordinary headers; `content_type="…"` sets Content-Type, `date=""` leaves Date out."""
    named = dict(HEADER)
    for key, value in headers.items():
        name = next((known for known in named if _key(known) == key), key.replace("_", "-").title())
        named[name] = value
    lines = [f"{name}: {value}" for name, value in named.items() if value]
    content = body.encode() if isinstance(body, str) else body
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content


def multipart(*parts: str | bytes, kind: str = "mixed", boundary: str = "edge", **headers: str) -> bytes:
    """A multipart mail; each part brings its own headers, a blank line, and its content."""
    edge = boundary.encode()
    inside = b"".join(b"--" + edge + b"\r\n" + _bytes(part) + b"\r\n" for part in parts)
    content_type = f'multipart/{kind}; boundary="{boundary}"'
    return mail(inside + b"--" + edge + b"--\r\n", content_type=content_type, **headers)


def part(content: str | bytes, content_type: str = "text/plain; charset=utf-8", **headers: str) -> bytes:
    named = {"Content-Type": content_type} | {
        key.replace("_", "-").title(): value for key, value in headers.items()
    }
    lines = [f"{name}: {value}" for name, value in named.items() if value]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + _bytes(content)


def _bytes(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else content


def _key(name: str) -> str:
    return name.lower().replace("-", "_")
