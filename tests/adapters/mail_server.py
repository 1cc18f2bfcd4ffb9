"""Mail servers for the tests: a real one that keeps what it gets, and one that breaks where it is told to."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from socket import AF_INET, SO_RCVBUF, SOCK_STREAM, SOL_SOCKET, create_server, socket
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

CERTIFICATE = Path(__file__).parent / "samples" / "mail_server.pem"
"""Key and certificate of localhost and 127.0.0.1, signed by itself and good for nothing else."""

DROP = ""
"""A reply of the hostile server: it closes the connection instead of answering."""

DROP_AFTER_REPLY = "354 go ahead, not\r\n"
"""The reply to DATA of a server that goes away while the content is being sent."""


def certificate() -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATE)
    return context


class Kept:
    """Keeps the envelopes that a real server accepted."""

    def __init__(self) -> None:
        self.envelopes: list[Any] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  # called by aiosmtpd
        self.envelopes.append(envelope)
        return "250 2.0.0 kept"


class RealServer(Controller):
    """A server on a free port of the loopback device.

    Args:
        encryption: `none`, `starttls` (required before anything else) or `tls` from the first byte.
        user: Who has to sign in; empty for nobody.
    """

    def __init__(self, *, encryption: str = "none", user: str = "", password: str = "") -> None:
        self.kept = Kept()
        options: dict[str, Any] = {"tls": {"ssl_context": certificate()}}.get(encryption, {})
        if encryption == "starttls":
            options = {"tls_context": certificate(), "require_starttls": True}
        if user:
            options["authenticator"] = lambda *given: _checked(given[-1], user, password)
            options |= {"auth_required": True, "auth_require_tls": encryption == "starttls"}
        super().__init__(self.kept, hostname="127.0.0.1", port=0, **options)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[union-attr]  # it runs
        super()._trigger_server()


def _checked(given: Any, user: str, password: str) -> AuthResult:
    right = (given.login.decode(), given.password.decode()) == (user, password)
    return AuthResult(success=right, handled=False)


class HostileServer:
    """Answers each command with what it is told, and success by default; several connections one after another.

    Attributes:
        commands: What it was told, without the content of letters.
        contents: The letters that it got to the final dot.
    """

    def __init__(self, replies: Mapping[str, str] | None = None) -> None:
        self.replies = dict(replies or {})
        self.commands: list[str] = []
        self.contents: list[bytes] = []
        self._listener = create_server(("127.0.0.1", 0), family=AF_INET)
        self._listener.setsockopt(SOL_SOCKET, SO_RCVBUF, 4096)
        self.port = self._listener.getsockname()[1]
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        with socket(AF_INET, SOCK_STREAM) as last:
            last.connect(("127.0.0.1", self.port))
        self._thread.join()
        self._listener.close()

    def _serve(self) -> None:
        while not self._over.is_set():
            connection, _ = self._listener.accept()
            with connection, suppress(ConnectionError):
                if not self._over.is_set():
                    self._talk(connection)

    def _talk(self, connection: socket) -> None:
        stream = connection.makefile("rb")
        with stream:
            if not self._answer(connection, "greeting", "220 ready"):
                return
            while line := stream.readline():
                words = line.decode("latin-1").strip()
                self.commands.append(words)
                verb = words.partition(" ")[0].upper()
                standard = {"DATA": "354 go ahead", "QUIT": "221 bye"}.get(verb, "250 fine")
                if not self._answer(connection, verb, standard) or verb == "QUIT":
                    return
                if verb == "DATA" and self.replies.get(verb, "354").startswith("354"):
                    if self.replies.get(verb) == DROP_AFTER_REPLY:
                        return
                    self.contents.append(b"".join(iter(stream.readline, b".\r\n")))
                    if not self._answer(connection, "content", "250 kept"):
                        return

    def _answer(self, connection: socket, step: str, standard: str) -> bool:
        reply = self.replies.get(step, standard)
        if reply == DROP:
            return False
        connection.sendall(reply.strip().encode() + b"\r\n")
        return True
