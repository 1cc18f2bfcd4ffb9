"""Hand letters to a mail server over SMTP, step by step, so that it is known how far each one got.

Source: RFC 5321; RFC 3207 (STARTTLS); RFC 4954 (AUTH); RFC 8314 (TLS from the first byte).
"""

from __future__ import annotations

import ipaddress
import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from socket import IPPROTO_TCP, TCP_NODELAY
from typing import TYPE_CHECKING, Any, Final, NoReturn

from shopctl.config import Smtp
from shopctl.domain.mail import CONTENT, END, RECIPIENT, SENDER, DeliveryError, Envelope, Taken, one_line
from shopctl.errors import ConfigError, TemporaryError

if TYPE_CHECKING:
    import smtplib

CLOSING: Final = 421
"""The server ends the connection with this reply, at any step."""

GO_AHEAD: Final = 354

GOODBYE_SECONDS: Final = 5
QUEUED: Final = "the letters stay queued"


class SmtpTransport:
    """A connection to the shop's mail server; certificates are always checked.

    Args:
        settings: Where the server is and how to sign in; the password is fetched when the connection is opened.

    Attributes:
        told: What happened while the connection was opened, in words for people.
    """

    def __init__(self, settings: Smtp) -> None:
        self._settings = settings
        self.told: list[str] = []
        self._client: smtplib.SMTP | None = None

    @property
    def _server(self) -> str:
        return f"{self._settings.host}:{self._settings.port}"

    def open(self) -> None:
        """Connect, encrypt and sign in.

        Raises:
            TemporaryError: email.server, if the server does not answer or has no time.
            ConfigError: email.tls, if the connection would not be safe; email.auth, if the sign-in is refused.
        """
        self.close()
        self.told = []
        password = self._password()
        with self._explained():
            self._client = client = self._connected()
            # Without it the final dot, which is sent by itself, waits 40 ms for the server's acknowledgement.
            if client.sock is not None:
                client.sock.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
            client.ehlo_or_helo_if_needed()
            self.told.append(f"connected to {self._server}")
            if self._settings.security != "tls":
                self._encrypt(client)
            self.told.append(_encryption(client))
            if self._settings.user:
                self._sign_in(client, password)
                self.told.append(f"signed in as {self._settings.user}")

    def send(self, message: bytes, envelope: Envelope, before_content: Callable[[], None]) -> Taken:
        """Hand over one letter and answer what the server said when it took it.

        A letter whose first recipient is refused is given up before its content is sent, whoever else would get it.

        Args:
            message: Headers and content, as written by the policy for SMTP.
            before_content: Called once the addresses are asked about, before anything of the content is sent.

        Raises:
            DeliveryError: The server did not take it, or did not say so.
        """
        client = self._client
        if client is None:
            raise DeliveryError(SENDER, 0, "there is no connection to the mail server", lost=True)
        self._step(SENDER, partial(client.mail, envelope.sender))
        first, *copies = envelope.recipients
        self._step(RECIPIENT, partial(client.rcpt, first), first)
        refused = tuple(filter(None, (self._copy(client, one, patient=envelope.patient) for one in copies)))
        before_content()
        self._step(CONTENT, partial(client.docmd, "DATA"), expected=GO_AHEAD)
        self._step(CONTENT, partial(client.send, _stuffed(message)), expected=None)
        return Taken(self._step(END, partial(_ended, client)), refused)

    def _copy(self, client: smtplib.SMTP, address: str, *, patient: bool) -> tuple[str, str] | None:
        """Ask for a copy; answers the address and the reply if it is refused and the letter leaves without it."""
        code, text = self._asked(RECIPIENT, partial(client.rcpt, address))
        if 200 <= code < 300:
            return None
        if code == CLOSING or not 400 <= code < 600 or (code < 500 and patient):
            raise self._refusal(RECIPIENT, code, f"{address}: {text}")
        return address, f"{code} {text}"

    def close(self) -> None:
        """Say goodbye, whatever state the connection is in."""
        client, self._client = self._client, None
        if client is None:
            return
        import smtplib

        with suppress(smtplib.SMTPException, OSError):
            if client.sock is not None:
                client.sock.settimeout(GOODBYE_SECONDS)
                client.quit()
        client.close()

    def _password(self) -> str:
        if not self._settings.user:
            return ""
        secret = self._settings.password()
        if secret is None:
            raise ConfigError(
                "email.not_configured",
                "email.smtp.user is set, but neither email.smtp.password_file nor email.smtp.password_command",
                hint="name a file or a command that gives the password; shopctl config path tells the file to edit",
            )
        return secret.reveal()

    def _connected(self) -> smtplib.SMTP:
        import smtplib
        import ssl

        settings = self._settings
        if settings.security == "tls":
            return smtplib.SMTP_SSL(
                settings.host, settings.port, timeout=settings.timeout_seconds, context=ssl.create_default_context()
            )
        return smtplib.SMTP(settings.host, settings.port, timeout=settings.timeout_seconds)

    def _encrypt(self, client: smtplib.SMTP) -> None:
        import ssl

        if self._settings.security == "starttls" and client.has_extn("starttls"):
            client.starttls(context=ssl.create_default_context())
            client.ehlo()
        elif not (_is_loopback(self._settings.host) or self._settings.allow_plaintext):
            raise ConfigError(
                "email.tls",
                f"the mail server {self._server} offers no encryption (STARTTLS), so nothing is sent to it"
                if self._settings.security == "starttls"
                else f"email.smtp.security is none, and {self._settings.host} is another machine",
                hint="try email.smtp.security: tls with port 465; only for a server inside your own network: "
                "email.smtp.allow_plaintext: true",
            )

    def _sign_in(self, client: smtplib.SMTP, password: str) -> None:
        """Sign in; PLAIN first, which every server has and which carries any character."""
        import smtplib

        user, methods = self._settings.user, client.esmtp_features.get("auth", "").upper().split()
        if "PLAIN" in methods:
            secret = b64encode(f"\0{user}\0{password}".encode()).decode("ascii")
            code, reply = client.docmd("AUTH", f"PLAIN {secret}")
            if code not in (235, 503):
                raise smtplib.SMTPAuthenticationError(code, reply)
            return
        try:
            client.login(user, password)
        except UnicodeEncodeError:
            raise self._refused(
                "its ways to sign in take ASCII only, and user or password has other characters"
            ) from None

    def _refused(self, reason: str) -> ConfigError:
        return ConfigError(
            "email.auth",
            f"the mail server {self._server} refused to sign in {self._settings.user!r}: {reason}",
            hint="check email.smtp.user and what email.smtp.password_command or email.smtp.password_file gives",
        )

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Close a connection that cannot be set up, and say why in the words of a shopkeeper."""
        import smtplib
        import ssl

        try:
            yield
        except ConfigError:
            self.close()
            raise
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            if isinstance(error, smtplib.SMTPAuthenticationError | smtplib.SMTPNotSupportedError):
                self._explain_sign_in(error)
            if isinstance(error, ssl.SSLError) and not isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
                raise self._unsafe(error) from error
            raise TemporaryError(
                "email.server",
                f"the mail server {self._server} does not answer: {_reason(error)}",
                hint=f"{QUEUED}; try again later, or check email.smtp.host and email.smtp.port",
            ) from error

    def _explain_sign_in(self, error: Exception) -> NoReturn:
        code = getattr(error, "smtp_code", 0)
        if 400 <= code < 500:
            raise TemporaryError(
                "email.server",
                f"the mail server {self._server} cannot sign in anybody now: {_reason(error)}",
                hint=f"{QUEUED}; try again later",
            ) from error
        raise self._refused(_reason(error)) from error

    def _unsafe(self, error: Any) -> ConfigError:
        reason = getattr(error, "verify_message", "")
        if reason:
            return ConfigError(
                "email.tls",
                f"the certificate of the mail server {self._server} cannot be trusted: {one_line(reason)}",
                hint="write email.smtp.host as the certificate names it; a private authority: SSL_CERT_FILE=FILE",
            )
        return ConfigError(
            "email.tls",
            f"the mail server {self._server} and shopctl cannot agree on an encryption: {_reason(error)}",
            hint="email.smtp.security is starttls for port 587 (or 25) and tls for port 465",
        )

    def _step(
        self,
        phase: str,
        command: Callable[[], tuple[int, bytes] | None],
        about: str = "",
        *,
        expected: int | None = 250,
    ) -> str:
        """Take one step and answer the server's reply.

        Args:
            about: What the step is about, for its error; empty for nothing.
            expected: The code of success (any 2xx for 250); None for a step without a reply.
        """
        if expected is None:
            self._asked(phase, command)
            return ""
        code, text = self._asked(phase, command)
        if code == expected or (expected == 250 and 200 <= code < 300):
            return f"{code} {text}"
        raise self._refusal(phase, code, f"{about}: {text}" if about else text)

    def _asked(self, phase: str, command: Callable[[], tuple[int, bytes] | None]) -> tuple[int, str]:
        """Say something to the server and answer code and text of its reply; (0, "") for what has none."""
        import smtplib

        try:
            answer = command()
        except smtplib.SMTPResponseException as error:
            raise self._broken(phase, _text(error.smtp_error)) from error
        except (smtplib.SMTPException, OSError) as error:
            raise self._broken(phase, _reason(error)) from error
        return (0, "") if answer is None else (answer[0], _text(answer[1]))

    def _refusal(self, phase: str, code: int, text: str) -> DeliveryError:
        """Give the letter up; a reply that means nothing costs the connection."""
        if not 400 <= code < 600:
            return self._broken(
                phase, f"unexpected reply {code} {text}" if code > 0 else "the server answered nonsense"
            )
        return DeliveryError(phase, code, text, lost=code == CLOSING or not self._started_anew())

    def _broken(self, phase: str, reason: str) -> DeliveryError:
        """Give the connection up; after the final dot nobody knows what became of the letter."""
        if self._client is not None:
            self._client.close()
        return DeliveryError(phase, 0, reason, lost=True)

    def _started_anew(self) -> bool:
        """Make the server forget a letter that it refused; tell whether the connection is still good."""
        import smtplib

        if self._client is None:
            return False
        try:
            return self._client.rset()[0] == 250
        except (smtplib.SMTPException, OSError):
            return False


def _stuffed(message: bytes) -> bytes:
    """Write a message as DATA wants it: CRLF at each line's end and a second dot where a line begins with one."""
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", message)
    return re.sub(rb"(?m)^\.", b"..", lines if lines.endswith(b"\r\n") else lines + b"\r\n")


def _ended(client: smtplib.SMTP) -> tuple[int, bytes]:
    client.send(b".\r\n")
    return client.getreply()


def _encryption(client: smtplib.SMTP) -> str:
    import ssl

    if isinstance(client.sock, ssl.SSLSocket):
        cipher = client.sock.cipher()
        return f"encrypted by {client.sock.version()} ({cipher[0] if cipher else 'unknown'}), certificate verified"
    return "not encrypted"


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _text(reply: object) -> str:
    return one_line(reply.decode("utf-8", "replace") if isinstance(reply, bytes) else str(reply))


def _reason(error: Exception) -> str:
    reply = getattr(error, "smtp_error", None)
    if reply is not None:
        return f"{getattr(error, 'smtp_code', '')} {_text(reply)}".strip()
    return _text(getattr(error, "strerror", None) or str(error) or type(error).__name__)
