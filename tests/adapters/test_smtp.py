"""Letters handed to a real mail server, and to one that breaks at every step."""

from __future__ import annotations

import socket

import pytest

from shopctl.adapters.smtp import SmtpTransport
from shopctl.config import Smtp
from shopctl.domain.mail import DeliveryError, Envelope, Taken
from shopctl.errors import ConfigError, ExitStatus, TemporaryError
from tests.adapters.mail_server import CERTIFICATE, DROP, DROP_AFTER_REPLY, HostileServer, RealServer

ENVELOPE = Envelope("billing@northwind.example", ("zoe@example.org", "books@example.org"))
MESSAGE = b"Subject: Hello\r\n\r\nFirst line\r\n.hidden dot\r\n.\r\nlast line\r\n"


def settings(port, **others):
    return Smtp(**{"host": "127.0.0.1", "port": port, "security": "none", "timeout_seconds": 20, **others})


@pytest.fixture
def password_file(tmp_path):
    def write(password):
        path = tmp_path / "password"
        path.write_text(password + "\n", encoding="utf-8")
        return str(path)

    return write


@pytest.fixture
def _trusted(monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))


def send(transport, message=MESSAGE, before_content=lambda: None):
    transport.open()
    try:
        return transport.send(message, ENVELOPE, before_content).reply
    finally:
        transport.close()


def refused(transport, message=MESSAGE, before_content=lambda: None):
    with pytest.raises(DeliveryError) as caught:
        send(transport, message, before_content)
    error = caught.value
    return error.phase, error.code, error.reply, error.lost, error.certain


# Success


def test_server_gets_the_message_as_it_was_written():
    with RealServer() as server:
        reply = send(SmtpTransport(settings(server.port)))

    (kept,) = server.kept.envelopes
    assert reply == "250 2.0.0 kept"
    assert kept.content == MESSAGE
    assert (kept.mail_from, kept.rcpt_tos) == ("billing@northwind.example", ["zoe@example.org", "books@example.org"])


def test_line_ends_of_any_kind_become_those_of_mail():
    with RealServer() as server:
        send(SmtpTransport(settings(server.port)), b"a\nb\rc\r\nd")

    assert server.kept.envelopes[0].content == b"a\r\nb\r\nc\r\nd\r\n"


def test_one_connection_carries_many_letters():
    with RealServer() as server:
        transport = SmtpTransport(settings(server.port))
        transport.open()
        replies = [transport.send(MESSAGE, ENVELOPE, lambda: None).reply for _ in range(3)]
        transport.close()

    assert replies == ["250 2.0.0 kept"] * 3
    assert len(server.kept.envelopes) == 3


def test_content_follows_only_after_the_note_about_it():
    seen = []
    with HostileServer() as server:
        send(SmtpTransport(settings(server.port)), before_content=lambda: seen.extend(server.commands[1:]))

    assert seen == ["mail FROM:<billing@northwind.example>", "rcpt TO:<zoe@example.org>", "rcpt TO:<books@example.org>"]


@pytest.mark.usefixtures("_trusted")
def test_starttls_comes_before_the_sign_in(password_file):
    with RealServer(encryption="starttls", user="northwind", password="grün und blau") as server:
        reply = send(
            SmtpTransport(
                settings(
                    server.port, security="starttls", user="northwind", password_file=password_file("grün und blau")
                )
            )
        )

    assert reply == "250 2.0.0 kept"


@pytest.mark.usefixtures("_trusted")
def test_tls_from_the_first_byte():
    with RealServer(encryption="tls") as server:
        assert send(SmtpTransport(settings(server.port, security="tls"))) == "250 2.0.0 kept"


def test_local_server_needs_no_encryption():
    with RealServer() as server:
        assert send(SmtpTransport(settings(server.port, security="starttls"))) == "250 2.0.0 kept"


def test_other_machine_without_encryption_only_if_allowed():
    with RealServer() as server:
        transport = SmtpTransport(settings(server.port, host="127.1", security="starttls", allow_plaintext=True))

        assert send(transport) == "250 2.0.0 kept"


# Connections that are not made


def test_stripped_starttls_is_refused_before_anything_is_sent():
    with HostileServer() as server, pytest.raises(ConfigError) as caught:
        SmtpTransport(settings(server.port, host="127.1", security="starttls")).open()

    assert caught.value.code == "email.tls"
    assert caught.value.message == (
        f"the mail server 127.1:{server.port} offers no encryption (STARTTLS), so nothing is sent to it"
    )
    assert [command.split()[0] for command in server.commands] == ["ehlo", "quit"]


def test_plain_connection_to_another_machine_is_refused():
    with HostileServer() as server, pytest.raises(ConfigError) as caught:
        SmtpTransport(settings(server.port, host="127.1")).open()

    assert caught.value.message == "email.smtp.security is none, and 127.1 is another machine"


@pytest.mark.parametrize("encryption", ["starttls", "tls"])
def test_certificate_that_nobody_vouches_for_is_refused(encryption):
    with RealServer(encryption=encryption) as server, pytest.raises(ConfigError) as caught:
        SmtpTransport(settings(server.port, security=encryption)).open()

    assert (caught.value.code, caught.value.status) == ("email.tls", ExitStatus.CONFIG)
    assert caught.value.message == (
        f"the certificate of the mail server 127.0.0.1:{server.port} cannot be trusted: self-signed certificate"
    )
    assert server.kept.envelopes == []


@pytest.mark.usefixtures("_trusted")
def test_certificate_of_another_name_is_refused():
    with RealServer(encryption="starttls") as server, pytest.raises(ConfigError) as caught:
        SmtpTransport(settings(server.port, host="127.1", security="starttls")).open()

    assert "cannot be trusted: Hostname mismatch" in caught.value.message


def test_tls_on_a_port_that_speaks_plainly_names_the_setting():
    with HostileServer() as server, pytest.raises(ConfigError) as caught:
        SmtpTransport(settings(server.port, security="tls")).open()

    assert caught.value.code == "email.tls"
    assert caught.value.hint == "email.smtp.security is starttls for port 587 (or 25) and tls for port 465"


@pytest.mark.usefixtures("_trusted")
def test_wrong_password_is_a_matter_of_settings(password_file):
    file = password_file("wrong")
    with (
        RealServer(encryption="starttls", user="northwind", password="right") as server,
        pytest.raises(ConfigError) as caught,
    ):
        SmtpTransport(settings(server.port, security="starttls", user="northwind", password_file=file)).open()

    assert (caught.value.code, caught.value.status) == ("email.auth", ExitStatus.CONFIG)
    assert caught.value.message == (
        f"the mail server 127.0.0.1:{server.port} refused to sign in 'northwind': "
        "535 5.7.8 Authentication credentials invalid"
    )
    assert "email.smtp.password_command" in caught.value.hint
    assert "wrong" not in caught.value.message + caught.value.hint


def test_server_without_sign_in_is_told(password_file):
    with HostileServer() as server, pytest.raises(ConfigError) as caught:
        SmtpTransport(settings(server.port, user="northwind", password_file=password_file("x"))).open()

    assert caught.value.code == "email.auth"
    assert "SMTP AUTH extension not supported by server" in caught.value.message


def test_sign_in_that_fails_for_now_is_temporary(password_file):
    replies = {"EHLO": "250-here\r\n250 AUTH PLAIN", "AUTH": "454 4.7.0 directory is down"}
    with HostileServer(replies) as server, pytest.raises(TemporaryError) as caught:
        SmtpTransport(settings(server.port, user="northwind", password_file=password_file("x"))).open()

    assert caught.value.message.endswith("cannot sign in anybody now: 454 4.7.0 directory is down")


def test_user_without_password_is_told_before_connecting():
    with pytest.raises(ConfigError) as caught:
        SmtpTransport(settings(1, user="northwind")).open()

    assert caught.value.code == "email.not_configured"
    assert caught.value.message == (
        "email.smtp.user is set, but neither email.smtp.password_file nor email.smtp.password_command"
    )


def test_server_that_is_not_there_is_temporary():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]

    with pytest.raises(TemporaryError) as caught:
        SmtpTransport(settings(port)).open()

    assert (caught.value.code, caught.value.status) == ("email.server", ExitStatus.TEMPORARY)
    assert caught.value.message == f"the mail server 127.0.0.1:{port} does not answer: Connection refused"


@pytest.mark.parametrize(
    ("replies", "reason"),
    [
        ({"greeting": DROP}, "Connection unexpectedly closed"),
        ({"greeting": "554 no service here"}, "554 no service here"),
        ({"EHLO": DROP}, "Connection unexpectedly closed"),
        ({"EHLO": "421 too busy", "HELO": "421 too busy"}, "421 too busy"),
    ],
)
def test_server_that_does_not_want_to_talk_is_temporary(replies, reason):
    with HostileServer(replies) as server, pytest.raises(TemporaryError) as caught:
        SmtpTransport(settings(server.port)).open()

    assert caught.value.message == f"the mail server 127.0.0.1:{server.port} does not answer: {reason}"


# Letters that are not taken: phase, code, reply, connection lost, certainly not delivered


@pytest.mark.parametrize(
    ("replies", "expected"),
    [
        ({"MAIL": "550 5.7.1 not you"}, ("sender", 550, "5.7.1 not you", False, True)),
        ({"MAIL": "421 shutting down"}, ("sender", 421, "shutting down", True, True)),
        ({"MAIL": DROP}, ("sender", 0, "Connection unexpectedly closed", True, True)),
        ({"RCPT": "550 5.1.1 no such user"}, ("recipient", 550, "zoe@example.org: 5.1.1 no such user", False, True)),
        ({"RCPT": "451 greylisted"}, ("recipient", 451, "zoe@example.org: greylisted", False, True)),
        ({"RCPT": "451 greylisted", "RSET": DROP}, ("recipient", 451, "zoe@example.org: greylisted", True, True)),
        ({"DATA": "554 no content"}, ("content", 554, "no content", False, True)),
        ({"DATA": DROP}, ("content", 0, "Connection unexpectedly closed", True, True)),
        ({"DATA": "250 what"}, ("content", 0, "unexpected reply 250 what", True, True)),
        ({"content": "552 5.3.4 too large"}, ("end", 552, "5.3.4 too large", False, True)),
        ({"content": "451 later"}, ("end", 451, "later", False, True)),
        ({"content": DROP}, ("end", 0, "Connection unexpectedly closed", True, False)),
        ({"content": "hello?"}, ("end", 0, "the server answered nonsense", True, False)),
        ({"content": "354 more"}, ("end", 0, "unexpected reply 354 more", True, False)),
    ],
)
def test_failure_tells_how_far_the_letter_got(replies, expected):
    with HostileServer(replies) as server:
        assert refused(SmtpTransport(settings(server.port))) == expected


def test_connection_that_breaks_within_the_content_did_certainly_not_deliver():
    with HostileServer({"DATA": DROP_AFTER_REPLY}) as server:
        phase, code, _, lost, certain = refused(SmtpTransport(settings(server.port)), (b"x" * 998 + b"\r\n") * 12_000)

    assert (phase, code, lost, certain) == ("content", 0, True, True)
    assert server.contents == []


def test_refused_letter_does_not_disturb_the_next_one():
    with HostileServer({"RCPT": "550 no such user"}) as server:
        transport = SmtpTransport(settings(server.port))
        transport.open()
        with pytest.raises(DeliveryError):
            transport.send(MESSAGE, ENVELOPE, lambda: None)
        del server.replies["RCPT"]
        reply = transport.send(MESSAGE, ENVELOPE, lambda: None).reply
        transport.close()

    assert reply == "250 kept"
    assert server.contents == [b"Subject: Hello\r\n\r\nFirst line\r\n..hidden dot\r\n..\r\nlast line\r\n"]


def test_letter_is_not_begun_when_the_note_about_it_fails():
    def cannot_note():
        raise TemporaryError("email.busy", "somebody else has it")

    with HostileServer() as server, pytest.raises(TemporaryError):
        send(SmtpTransport(settings(server.port)), before_content=cannot_note)

    assert [command.split()[0] for command in server.commands] == ["ehlo", "mail", "rcpt", "rcpt", "quit"]
    assert server.contents == []


def test_without_a_connection_nothing_is_sent():
    with pytest.raises(DeliveryError, match="no connection"):
        SmtpTransport(settings(1)).send(MESSAGE, ENVELOPE, lambda: None)


class Choosy(HostileServer):
    """Refuses copies, and takes what is written to the first recipient."""

    def __init__(self, reply):
        super().__init__()
        self.reply = reply

    def _answer(self, connection, step, standard):
        refused = step == "RCPT" and "books@" in self.commands[-1]
        return super()._answer(connection, step, self.reply if refused else standard)


def test_refused_copy_does_not_keep_the_letter_from_the_others():
    with Choosy("550 no such user") as server:
        transport = SmtpTransport(settings(server.port))
        transport.open()
        taken = transport.send(MESSAGE, ENVELOPE, lambda: None)
        transport.close()

    assert taken == Taken("250 kept", (("books@example.org", "550 no such user"),))
    assert "rset" not in server.commands


@pytest.mark.parametrize(("reply", "patient", "told"), [
    ("451 greylisted", True, ("recipient", 451, "books@example.org: greylisted")),
    ("421 closing", False, ("recipient", 421, "books@example.org: closing")),
    ("hm?", False, ("recipient", 0, "the server answered nonsense")),
])  # fmt: skip
def test_copy_that_makes_the_letter_wait(reply, patient, told):
    with Choosy(reply) as server:
        transport = SmtpTransport(settings(server.port))
        transport.open()
        with pytest.raises(DeliveryError) as caught:
            transport.send(MESSAGE, ENVELOPE._replace(patient=patient), lambda: None)
        transport.close()

    assert (caught.value.phase, caught.value.code, caught.value.reply) == told
    assert server.contents == []


def test_copy_that_is_refused_for_now_is_given_up_at_last():
    with Choosy("451 greylisted") as server:
        transport = SmtpTransport(settings(server.port))
        transport.open()
        taken = transport.send(MESSAGE, ENVELOPE._replace(patient=False), lambda: None)
        transport.close()

    assert taken.refused == (("books@example.org", "451 greylisted"),)


@pytest.mark.usefixtures("_trusted")
def test_steps_are_told(password_file):
    with RealServer(encryption="starttls", user="northwind", password="pw") as server:
        transport = SmtpTransport(
            settings(server.port, security="starttls", user="northwind", password_file=password_file("pw"))
        )
        send(transport)

    connected, encrypted, signed_in = transport.told
    assert connected == f"connected to 127.0.0.1:{server.port}"
    assert encrypted.startswith("encrypted by TLSv1.")
    assert encrypted.endswith(", certificate verified")
    assert signed_in == "signed in as northwind"


def test_replies_are_shown_without_control_characters():
    with HostileServer({"RCPT": "550 no\x1b[2Jway"}) as server:
        assert refused(SmtpTransport(settings(server.port)))[2] == "zoe@example.org: no [2Jway"
