"""The QR code in a letter: drawn when it leaves, the same every time, never loaded from elsewhere."""

from __future__ import annotations

import email
import io
from datetime import UTC, datetime
from email.policy import default

from PIL import Image

from shopctl.adapters.pdf import epc
from shopctl.domain.transfers import payload_of
from shopctl.services import pictures
from shopctl.services.letters import invoice_letter
from shopctl.services.messages import Content, message_of
from tests.adapters.pdf_documents import INVOICE
from tests.services.mail_shop import CONFIG

LETTER = invoice_letter(INVOICE)


def message():
    content = Content("zoe@example.org", "", LETTER.subject, LETTER.text, LETTER.html, "<1@northwind.example>", "en")
    raw = message_of(content, CONFIG.email, "Northwind", datetime(2026, 8, 21, tzinfo=UTC), None)
    return email.message_from_bytes(raw, policy=default)


def test_the_picture_travels_with_the_html_that_shows_it():
    text, related = message().iter_parts()
    html, picture = related.iter_parts()

    assert [part.get_content_type() for part in (text, related, html, picture)] == [
        "text/plain", "multipart/related", "text/html", "image/png",
    ]  # fmt: skip
    assert picture["Content-ID"] == "<transfer.1d6c33c804781a05@northwind.example>"
    assert picture.get_content_disposition() == "inline"
    assert 'src="cid:transfer.1d6c33c804781a05@northwind.example" alt="QR code' in html.get_content()
    assert "transfer:" not in html.get_content()


def test_it_shows_what_the_code_on_paper_shows():
    _, picture = list(message().iter_parts())[1].iter_parts()
    image = Image.open(io.BytesIO(picture.get_content())).convert("1")
    cells = epc.matrix(payload_of(INVOICE))

    size = image.width // 4 - 8
    found = [[int(image.getpixel((16 + 4 * x + 2, 16 + 4 * y + 2)) == 0) for x in range(size)] for y in range(size)]

    assert found == [list(row) for row in cells]


def test_every_attempt_draws_the_same():
    assert pictures.attached(LETTER.html, "x.example") == pictures.attached(LETTER.html, "x.example")


def test_a_browser_gets_it_inside_the_page():
    assert pictures.embedded(LETTER.html).count('src="data:image/png;base64,iVBOR') == 1


def test_a_letter_without_it_has_none():
    assert pictures.attached("<p>src=&quot;cid:transfer:x&quot;</p>", "x.example") == (
        "<p>src=&quot;cid:transfer:x&quot;</p>", {},
    )  # fmt: skip
