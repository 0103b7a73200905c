"""The files that customers and agents of the demo desk attach: small, drawn and written here, the same every time."""

from __future__ import annotations

import io
from collections.abc import Callable

from PIL import Image, ImageDraw

from tickets.files import NewFile

PAPER, INK, PALE, RED, BLUE = "#fbfaf7", "#1d2430", "#d9dee6", "#b3261e", "#2d54cf"


def make(name: str) -> NewFile:
    """The file of this name, as tickets.files takes it."""
    content_type, write = FILES[name]
    return NewFile(name=name, content=write(), content_type=content_type)


# ---- Pictures


def _drawn(
    draw: Callable[[ImageDraw.ImageDraw], None], size: tuple[int, int] = (640, 400)
) -> Callable[[], bytes]:
    def write() -> bytes:
        image = Image.new("RGB", size, PAPER)
        draw(ImageDraw.Draw(image))
        stream = io.BytesIO()
        image.save(stream, "PNG", optimize=True)
        return stream.getvalue()

    return write


def _statement(pen: ImageDraw.ImageDraw) -> None:
    pen.text((32, 24), "Account statement · October", INK, font_size=24)
    rows = [("01 Oct", "NORTHWIND BOOKINGS", "-49.00"), ("01 Oct", "NORTHWIND BOOKINGS", "-49.00")]
    rows += [
        ("02 Oct", "GROCERIES", "-23.80"),
        ("04 Oct", "RENT", "-812.00"),
        ("06 Oct", "FJORDWORKS AB", "+640.00"),
    ]
    for row, (day, what, amount) in enumerate(rows):
        top = 84 + row * 52
        pen.line((32, top + 40, 608, top + 40), PALE)
        for left, text in ((32, day), (130, what), (500, amount)):
            pen.text((left, top), text, RED if row < 2 else INK, font_size=20)
    pen.rectangle((24, 76, 616, 178), outline=RED, width=3)


def _page(pen: ImageDraw.ImageDraw) -> None:
    pen.rectangle((0, 0, 640, 44), fill=BLUE)
    pen.text((16, 10), "Book a table", PAPER, font_size=20)
    for row in range(3):
        top = 70 + row * 90
        pen.rounded_rectangle((24, top, 616, top + 70), 10, outline=PALE, width=2)
        pen.text((44, top + 22), f"Reading No. {row + 1}", INK, font_size=20)
        pen.text((500, top + 22), "0.00", RED, font_size=20)
    pen.rounded_rectangle((24, 346, 220, 386), 10, fill="#f2c531")
    pen.text((66, 354), "Book now", INK, font_size=20)


def _calendar(pen: ImageDraw.ImageDraw) -> None:
    for column in range(8):
        pen.line((40 + column * 80, 40, 40 + column * 80, 380), PALE, width=2)
    for row in range(6):
        pen.line((40, 40 + row * 68, 600, 40 + row * 68), PALE, width=2)
    for column, row in ((0, 1), (2, 0), (3, 3), (5, 2)):
        box = (44 + column * 80, 44 + row * 68, 116 + column * 80, 104 + row * 68)
        pen.rounded_rectangle(box, 6, fill=BLUE)


def _crack(pen: ImageDraw.ImageDraw) -> None:
    pen.polygon([(220, 60), (420, 60), (520, 330), (120, 330)], fill="#e9e2cf", outline=INK)
    pen.line([(330, 60), (310, 130), (340, 180), (300, 250), (325, 330)], RED, width=4)


def _box(pen: ImageDraw.ImageDraw) -> None:
    pen.polygon([(140, 150), (330, 90), (520, 150), (330, 220)], fill="#d8b98a", outline=INK)
    pen.polygon([(140, 150), (330, 220), (330, 360), (140, 290)], fill="#c9a672", outline=INK)
    pen.polygon([(520, 150), (330, 220), (330, 360), (520, 290)], fill="#b8935d", outline=INK)


def _garbled(pen: ImageDraw.ImageDraw) -> None:
    pen.rectangle((0, 0, 640, 44), fill=BLUE)
    for row, width in enumerate((460, 380, 520, 240, 500, 310)):
        for left in range(24, width, 26):
            pen.rectangle((left, 80 + row * 48, left + 18, 106 + row * 48), outline=INK, width=2)
            pen.line((left, 80 + row * 48, left + 18, 106 + row * 48), INK)


# ---- Papers


def _pdf(title: str, *lines: str) -> Callable[[], bytes]:
    """One page with a title and some lines (ISO 32000-1, 7.5): enough for every viewer."""

    def write() -> bytes:
        text = [f"BT /F1 20 Tf 72 760 Td ({title}) Tj ET"]
        text += [f"BT /F1 12 Tf 72 {720 - 22 * row} Td ({line}) Tj ET" for row, line in enumerate(lines)]
        page = "\n".join(text)
        objects = (
            "<< /Type /Catalog /Pages 2 0 R >>",
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
            " /Resources << /Font << /F1 5 0 R >> >> >>",
            f"<< /Length {len(page)} >>\nstream\n{page}\nendstream",
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        )
        paper, places = "%PDF-1.4\n", []
        for number, content in enumerate(objects, start=1):
            places.append(len(paper))
            paper += f"{number} 0 obj\n{content}\nendobj\n"
        table = "".join(f"{place:010} 00000 n \n" for place in places)
        end = f"xref\n0 6\n0000000000 65535 f \n{table}trailer\n<< /Size 6 /Root 1 0 R >>\n"
        return (paper + end + f"startxref\n{len(paper)}\n%%EOF\n").encode("ascii")

    return write


def _rows() -> bytes:
    rows = ["row;name;phone;reason"]
    rows += [f"{n * 13 + 7};Client {n};0151 555 {n:04};invalid phone number" for n in range(1, 313)]
    return "\n".join(rows).encode()


def _log() -> bytes:
    lines = [
        f"2026-11-18T07:4{n}:02Z POST /northwind 401 signature v1,1f0c{n}9ad2 body 812 B" for n in range(10)
    ]
    return "\n".join(lines).encode()


PNG, PDF = "image/png", "application/pdf"
FILES: dict[str, tuple[str, Callable[[], bytes]]] = {
    "statement-oct.png": (PNG, _drawn(_statement)),
    "booking-page.png": (PNG, _drawn(_page)),
    "agenda.png": (PNG, _drawn(_calendar)),
    "crack.png": (PNG, _drawn(_crack)),
    "box.png": (PNG, _drawn(_box)),
    "mojibake.png": (PNG, _drawn(_garbled)),
    "invoices-q3.pdf": (
        PDF,
        _pdf("Invoices, third quarter", "July 49.00", "August 49.00", "September 49.00"),
    ),
    "rechnung.pdf": (PDF, _pdf("Rechnung", "Hofmann Logistik GmbH", "20457 Hamburg", "Summe 348.00")),
    "bestaetigung.pdf": (PDF, _pdf("Kuendigung", "Der Vertrag endet zum Monatsende.")),
    "avv.pdf": (PDF, _pdf("Vertrag zur Auftragsverarbeitung", "nach Art. 28 DSGVO")),
    "offer.pdf": (PDF, _pdf("Offer", "80 bedside lamps, 2200 K", "Delivery in February")),
    "receipt-2026.pdf": (PDF, _pdf("Receipt 2026", "Twelve months, 588.00 in all")),
    "refused-rows.csv": ("text/csv", _rows),
    "webhook.log": ("text/plain", _log),
}
