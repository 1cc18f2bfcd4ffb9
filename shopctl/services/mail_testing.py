"""Send one letter at once to see whether mail works; the outbox is not touched."""

from __future__ import annotations

import time
import uuid
from typing import NamedTuple

from shopctl.domain.mail import DeliveryError, one_line, plain_address
from shopctl.domain.outcomes import Change, Done, Outcome
from shopctl.errors import RefusedError, TemporaryError
from shopctl.services.messages import Content, envelope_of, message_of
from shopctl.services.queueing import message_id
from shopctl.services.transports import Transport, require_settings
from shopctl.shop import Shop


class TestedRow(NamedTuple):
    """A letter that was sent to try mail out.

    Attributes:
        steps: What happened on the way, in words.
        reply: What the mail server said when it took the letter.
    """

    recipient: str
    sender: str
    reply: str
    milliseconds: int
    steps: tuple[str, ...]


def send(shop: Shop, transport: Transport, address: str) -> Outcome[TestedRow]:
    """Send a test letter through the transport of the settings, and note in the journal that it was done.

    Raises:
        RefusedError: email.address; email.rejected, if the server does not take the letter.
        ConfigError: email.not_configured, email.tls, email.auth.
        TemporaryError: email.server.
    """
    shop.require("emails")
    require_settings(shop.config)
    address = plain_address(address)
    settings, name = shop.config.email, shop.config.shop.name
    text = f"This letter was sent by shopctl email test, so the mail of {name or 'the shop'} works.\n"
    named = message_id(shop.config, uuid.uuid4().bytes, "test")
    content = Content(address, "", f"Test letter of {name or 'the shop'}", text, "", named, "en")
    message, envelope = message_of(content, settings, name, shop.now, None), envelope_of(content, settings)
    if shop.dry_run:
        return Done(address, Change.WOULD_CREATE, TestedRow(address, envelope.sender, "", 0, ()))
    begin = time.monotonic()
    try:
        transport.open()
        taken = transport.send(message, envelope, lambda: None)
    except DeliveryError as error:
        raise _refused(address, error, transport.told) from error
    finally:
        transport.close()
    steps = (*transport.told, f"sender {envelope.sender} accepted", f"recipient {address} accepted")
    row = TestedRow(address, envelope.sender, taken.reply, round((time.monotonic() - begin) * 1000), steps)

    def work() -> list[Outcome[TestedRow]]:
        shop.record("email.tested", "", transport=settings.transport)
        return [Done(address, Change.CREATED, row)]

    return shop.run(work, uuid.uuid4().hex, "")[0]


def _refused(address: str, error: DeliveryError, steps: list[str]) -> RefusedError | TemporaryError:
    reply = one_line(f"{error.code} {error.reply}" if error.code else error.reply)
    way = f" ({', '.join(steps)})" if steps else ""
    message = f"the test letter to {address} was not taken at the step {error.phase}: {reply}{way}"
    if 500 <= error.code < 600:
        return RefusedError("email.rejected", message, hint="check email.from and the address", phase=error.phase)
    return TemporaryError("email.server", message, hint="try again later", phase=error.phase)
