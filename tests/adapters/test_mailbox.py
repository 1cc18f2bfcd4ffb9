"""Mailboxes of this machine, in which anybody may have written anything."""

from __future__ import annotations

import os

import pytest

from shopctl.adapters import mailbox
from shopctl.domain.bounces import Mail
from shopctl.errors import NotFoundError, RefusedError


def read(path):
    return list(mailbox.opened(str(path)).messages())


@pytest.fixture
def maildir(tmp_path):
    for part in ("new", "cur", "tmp"):
        (tmp_path / part).mkdir()
    return tmp_path


def test_messages_of_a_maildir_are_read_once(maildir):
    (maildir / "new" / "1.a").write_bytes(b"first")
    (maildir / "new" / "2.b").write_bytes(b"second")
    (maildir / "cur" / "0.z:2,S").write_bytes(b"read before")
    box = mailbox.opened(str(maildir))
    one, two = box.messages()

    box.done(one, understood=True)
    box.done(two, understood=False)

    assert (one, two) == (Mail("1.a", b"first"), Mail("2.b", b"second"))
    assert sorted(os.listdir(maildir / "cur")) == ["0.z:2,S", "1.a:2,S", "2.b:2,"]
    assert read(maildir) == []


def test_links_and_what_is_no_file_are_left_alone(maildir):
    os.symlink("/etc/passwd", maildir / "new" / "1.a")
    os.mkfifo(maildir / "new" / "2.b")
    (maildir / "new" / "3.c").mkdir()

    assert read(maildir) == []


def test_mbox_is_cut_at_its_separators(tmp_path):
    file = tmp_path / "mbox"
    file.write_bytes(
        b"From a@x.org Fri Aug 21 09:14:03 2026\nSubject: one\n\nwords\nFrom here on\n\n>From the start\n\n"
        b"From b@x.org Fri Aug 21 09:14:03 2026\r\nSubject: two\r\n\r\nwords\r\n"
    )

    assert read(file) == [
        Mail("1", b"Subject: one\n\nwords\nFrom here on\n\nFrom the start\n\n"),
        Mail("2", b"Subject: two\r\n\r\nwords\r\n"),
    ]


def test_a_file_without_separators_is_one_message(tmp_path):
    file = tmp_path / "bounce.eml"
    file.write_bytes(b"Subject: one\n\nwords\n")

    assert read(file) == [Mail("1", b"Subject: one\n\nwords\n")]


def test_huge_messages_are_cut_off(tmp_path, monkeypatch):
    monkeypatch.setattr(mailbox, "LONGEST", 20)
    file = tmp_path / "mbox"
    file.write_bytes(b"From a\nSubject: x\n\n" + b"y" * 15 + b"\nmore\nand more\n\nFrom b\nSubject: z\n")

    assert read(file) == [Mail("1", b"Subject: x\n\n" + b"y" * 15 + b"\n"), Mail("2", b"Subject: z\n")]


def test_empty_mailbox(tmp_path, maildir):
    (tmp_path / "mbox").touch()

    assert read(tmp_path / "mbox") == []
    assert read(maildir) == []


@pytest.mark.parametrize("name", ["missing", "nul\0"])
def test_missing_mailbox(tmp_path, name):
    with pytest.raises(NotFoundError):
        mailbox.opened(str(tmp_path / name))


def test_folder_that_is_no_mailbox(tmp_path):
    with pytest.raises(RefusedError) as caught:
        mailbox.opened(str(tmp_path))

    assert caught.value.code == "email.mailbox"
