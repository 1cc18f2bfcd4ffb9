"""Letters kept in a folder in place of a mail server."""

from __future__ import annotations

import mailbox
import stat

import pytest

from shopctl.adapters.maildir import MaildirTransport, require_room
from shopctl.domain.mail import DeliveryError, Envelope
from shopctl.errors import ConfigError

ENVELOPE = Envelope("billing@northwind.example", ("zoe@example.org", "books@example.org"))


def test_mail_programs_read_what_is_kept(tmp_path):
    transport = MaildirTransport(str(tmp_path / "letters"))
    transport.open()
    noted = []

    taken = transport.send(b"Subject: Hello\r\n\r\nFirst\r\n", ENVELOPE, lambda: noted.append("handed over"))
    transport.close()

    ((_, message),) = mailbox.Maildir(tmp_path / "letters", create=False).items()
    (file,) = (tmp_path / "letters" / "new").iterdir()
    assert (taken.reply, taken.refused, noted) == (f"kept in {file}", (), ["handed over"])
    assert (message["Return-Path"], message.get_all("Delivered-To"), message["Subject"]) == (
        "<billing@northwind.example>", ["zoe@example.org", "books@example.org"], "Hello",
    )  # fmt: skip
    assert message.get_payload() == "First\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "letters" / "new").stat().st_mode) == 0o700
    assert list((tmp_path / "letters" / "tmp").iterdir()) == []


def test_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(ConfigError) as caught:
        MaildirTransport(str(tmp_path / "file")).open()

    assert caught.value.code == "email.mailbox"
    assert caught.value.message == f"email.maildir {tmp_path / 'file'} cannot be used: not a directory"


def test_room_is_tried_without_making_anything(tmp_path):
    (tmp_path / "file").touch()

    require_room(str(tmp_path / "out" / "letters"))
    with pytest.raises(ConfigError) as caught:
        require_room(str(tmp_path / "file" / "letters"))

    assert caught.value.code == "email.mailbox"
    assert [one.name for one in tmp_path.iterdir()] == ["file"]


def test_letter_that_cannot_be_written_was_certainly_not_kept(tmp_path):
    transport = MaildirTransport(str(tmp_path))

    with pytest.raises(DeliveryError) as caught:
        transport.send(b"Subject: x\r\n\r\n", ENVELOPE, lambda: None)

    assert caught.value.certain
    assert caught.value.reply.endswith("cannot be written: no such file or directory")
